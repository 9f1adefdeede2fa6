/** What may be said of an issuer in the configuration, and how a slip is told. */
import { expect, it } from 'vitest'
import { checkConfig } from '../lib/gateway-config.ts'
import example from '../tollgate.config.ts'

const jwt = { issuer: 'https://id.example.com/pool', audience: 'gateway', teamClaim: 'team' }

function problemsOf(auth: unknown): string[] {
  try {
    checkConfig({ ...example, auth })
    return []
  } catch (error) {
    return (error as Error).message.split('\n')
  }
}

it.each([
  jwt,
  { ...jwt, audience: ['one', 'other'] },
  { ...jwt, issuer: 'https://tenant.auth0.com/' },
  { ...jwt, issuer: 'http://127.0.0.1:4000' },
  { ...jwt, issuer: 'http://localhost:4000/realms/one' },
])('%j may be configured', (each) => {
  expect(problemsOf({ jwt: each })).toEqual([])
})

const address = 'needs an https:// address without query'

it.each<[unknown, string]>([
  [{}, 'auth.jwt: got nothing, needs an object'],
  [{ jwt: {} }, 'auth.jwt.issuer: got nothing, needs an https:// address without query'],
  [{ jwt, cognito: {} }, 'auth.cognito: is not known here; known are jwt'],
  [
    { jwt: { ...jwt, issuer: 'id.example.com' } },
    `auth.jwt.issuer: got "id.example.com", ${address}`,
  ],
  [
    { jwt: { ...jwt, issuer: 'http://id.example.com' } },
    `auth.jwt.issuer: got "http://id.example.com", ${address}`,
  ],
  [
    { jwt: { ...jwt, issuer: 'https://id.example.com?a=b' } },
    `auth.jwt.issuer: got "https://id.example.com?a=b", ${address}`,
  ],
  [
    { jwt: { ...jwt, issuer: ' https://id.example.com' } },
    `auth.jwt.issuer: got " https://id.example.com", ${address}`,
  ],
  [
    { jwt: { ...jwt, issuer: 'file://localhost/x' } },
    `auth.jwt.issuer: got "file://localhost/x", ${address}`,
  ],
  [{ jwt: { ...jwt, audience: [] } }, 'auth.jwt.audience: got [], needs at least one'],
  [{ jwt: { ...jwt, audience: '' } }, 'auth.jwt.audience: got "", needs a text that is not empty'],
  [
    { jwt: { ...jwt, audience: ['a', 7] } },
    'auth.jwt.audience[1]: got 7, needs a text that is not empty',
  ],
  [
    { jwt: { ...jwt, teamClaim: ' ' } },
    'auth.jwt.teamClaim: got " ", needs a text that is not empty',
  ],
])('%j may not', (auth, problem) => {
  expect(problemsOf(auth)[0]).toBe(problem)
})
