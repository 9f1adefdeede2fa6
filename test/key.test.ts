/** A key names its team and itself, read from the right; what has another form names nobody. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { keyIdLength, longestTeamName, readKey, secretLength } from '../lambda/core/key.ts'

const lower = 'abcdefghijklmnopqrstuvwxyz0123456789'
const letters = `${lower}${lower.slice(0, 26).toUpperCase()}`
const word = (alphabet: string, minLength: number, maxLength = minLength) =>
  fc.string({ unit: fc.constantFrom(...alphabet), minLength, maxLength })

describe('a key', () => {
  it('gives back the team and the id it was made of', () => {
    const team = word(lower, 1, longestTeamName)
    const keyId = word(lower, keyIdLength)
    const secret = word(letters, secretLength)
    fc.assert(
      fc.property(team, keyId, secret, (team, keyId, secret) => {
        expect(readKey(team + keyId + secret)).toEqual({ team, keyId })
      }),
    )
  })

  it.each([
    ['nothing', ''],
    ['a secret without a team', 'a'.repeat(keyIdLength + secretLength)],
    ['a team in capitals', `Demo${'a'.repeat(keyIdLength + secretLength)}`],
    ['a sign in the secret', `demo${'a'.repeat(keyIdLength + secretLength - 1)}-`],
    ['a line end after it', `demo${'a'.repeat(keyIdLength + secretLength)}\n`],
    ['more than API Gateway stores', 'a'.repeat(129)],
    ['another vendor’s key', 'sk-ant-REDACTED'],
  ])('is refused when it is %s', (_, value) => {
    expect(readKey(value)).toBeUndefined()
  })
})
