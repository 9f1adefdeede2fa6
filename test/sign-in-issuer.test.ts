/** The keys of an issuer are fetched once, kept while it is silent, and never taken from anybody else. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import type { SignedIn, SignIn } from '../lambda/core/sign-in.ts'
import { fetchJson } from '../lambda/sign-in/fetch-json.ts'
import { openIssuerKeys } from '../lambda/sign-in/issuer-keys.ts'
import { openSignIn } from '../lambda/sign-in/tokens.ts'
import { type Issuer, nowInSeconds, startIssuer } from './support/issuer.ts'

let issuer: Issuer
let warned: string[]
let signIn: SignIn

const now = () => Date.now()
const warn = (text: string) => void warned.push(text)

beforeAll(async () => {
  issuer = await startIssuer()
})
afterAll(() => issuer.close())

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'] })
  issuer.asked.splice(0)
  warned = []
  signIn = openSignIn({
    jwt: { issuer: issuer.url, audience: 'gateway', teamClaim: 'team' },
    teams: { demo: { plan: 'free', models: '*' } },
    issuerKey: openIssuerKeys(issuer.url, { fetchJson, now, warn }),
    keyOf: async (team) => ({ key: 'key', caller: { team, keyId: '0a1b2c3d' } }),
  })
})
afterEach(() => {
  issuer.answer = undefined
  vi.useRealTimers()
})

const refused = (why: string) => ({ type: 'refused', why })
const typeOf = ({ type }: SignedIn) => type

describe('the issuer’s keys', () => {
  const fetches = () => issuer.asked.filter((path) => path === '/keys').length
  const later = (minutes: number) => vi.setSystemTime(Date.now() + minutes * 60_000)

  it('are fetched once, whoever makes up a thousand ids', async () => {
    expect(await signIn(issuer.token())).toMatchObject({ type: 'team' })
    const wrong = Array.from({ length: 1_000 }, (_, index) =>
      signIn(issuer.token({}, { kid: `made-up-${index}` })),
    )
    for (const verdict of await Promise.all(wrong)) expect(verdict).toEqual(refused('unknown-key'))
    expect(fetches()).toBe(1)
  })

  it('are fetched once for many who come at the same time', async () => {
    const verdicts = await Promise.all(Array.from({ length: 50 }, () => signIn(issuer.token())))
    expect(verdicts.map(typeOf)).toEqual(Array(50).fill('team'))
    expect(issuer.asked).toHaveLength(2)
  })

  it('are fetched again for a new one, after five minutes at the earliest', async () => {
    await signIn(issuer.token())
    issuer.rotate()
    expect(await signIn(issuer.token())).toEqual(refused('unknown-key'))
    later(4.9)
    expect(await signIn(issuer.token())).toEqual(refused('unknown-key'))
    later(0.2)
    expect(await signIn(issuer.token())).toMatchObject({ type: 'team' })
    expect(issuer.asked).toEqual(['/.well-known/openid-configuration', '/keys', '/keys'])
  })

  it('that the issuer took back end within the hour', async () => {
    const old = issuer.token({ exp: nowInSeconds() + 100_000 })
    expect(await signIn(old)).toMatchObject({ type: 'team' })
    issuer.rotate()
    later(59)
    expect(await signIn(old)).toMatchObject({ type: 'team' })
    later(2)
    expect(await signIn(old)).toEqual(refused('unknown-key'))
  })

  it('are good for a day while the issuer is down', async () => {
    const token = issuer.token({ exp: nowInSeconds() + 1_000_000 })
    expect(await signIn(token)).toMatchObject({ type: 'team' })
    issuer.answer = (_, response) => void response.writeHead(503).end()
    for (let hours = 1; hours < 24; hours++) {
      later(60)
      expect(await signIn(token)).toMatchObject({ type: 'team' })
    }
    later(59)
    expect(await signIn(token)).toMatchObject({ type: 'team' })
    later(2)
    expect(await signIn(token)).toEqual(refused('unavailable'))
    expect(new Set(warned)).toEqual(
      new Set([`The keys of ${issuer.url} could not be fetched: it answered 503.`]),
    )
    issuer.answer = undefined
    later(1)
    expect(await signIn(token)).toMatchObject({ type: 'team' })
  })

  it('are asked for soon again where there are none yet', async () => {
    issuer.answer = (_, response) => void response.destroy()
    for (const _ of Array(5)) expect(await signIn(issuer.token())).toEqual(refused('unavailable'))
    expect(issuer.asked).toHaveLength(1)
    issuer.answer = undefined
    later(0.2)
    expect(await signIn(issuer.token())).toMatchObject({ type: 'team' })
  })

  const answering = (document: unknown) => () => {
    issuer.answer = (path, response) => {
      const own = { issuer: issuer.url, jwks_uri: `${issuer.url}/keys` }
      response.end(JSON.stringify(path === '/keys' ? document : own))
    }
  }

  it.each<[string, () => void, RegExp]>([
    [
      'that take too long',
      () => {
        issuer.answer = () => {}
      },
      /abort|time/i,
    ],
    [
      'of an issuer by another name',
      () => {
        issuer.answer = (_, response) =>
          void response.end(JSON.stringify({ issuer: 'https://evil.example.com', jwks_uri: 'x' }))
      },
      /names another issuer/,
    ],
    [
      'at an address without TLS elsewhere',
      () => {
        issuer.answer = (_, response) =>
          void response.end(
            JSON.stringify({ issuer: issuer.url, jwks_uri: 'http://evil.example.com/keys' }),
          )
      },
      /no jwks_uri that begins with https/,
    ],
    [
      'of more than a quarter of a megabyte',
      answering({ keys: [], p: 'p'.repeat(300_000) }),
      /262144 bytes/,
    ],
    ['that are none', answering({ keys: [] }), /no key for signatures/],
    ['that are null', answering(null), /no key for signatures/],
    [
      'for encryption',
      answering({ keys: [{ kty: 'RSA', kid: 'key-1', use: 'enc', n: 'AQAB', e: 'AQAB' }] }),
      /no key for signatures/,
    ],
    [
      'that are secrets',
      answering({ keys: [{ kty: 'oct', kid: 'key-1', k: 'AAAA' }] }),
      /no key for signatures/,
    ],
    [
      'in a page of HTML',
      () => {
        issuer.answer = (_, response) => void response.end('<html>')
      },
      /JSON/,
    ],
    [
      'elsewhere than it says',
      () => {
        issuer.answer = (_, response) =>
          void response.writeHead(302, { location: 'https://evil.example.com' }).end()
      },
      /it answered 302/,
    ],
  ])('%s are none', async (_, spoil, warning) => {
    const token = issuer.token()
    spoil()
    expect(await signIn(token)).toEqual(refused('unavailable'))
    expect(warned).toEqual([expect.stringMatching(warning)])
  })

  it('of Cognito are found without asking where they are', async () => {
    const asked: string[] = []
    const cognito = 'https://cognito-idp.eu-central-1.amazonaws.com/eu-central-1_AbCdEf123'
    const issuerKey = openIssuerKeys(cognito, {
      fetchJson: async (address) => {
        asked.push(address)
        return { keys: [{ kty: 'RSA', kid: 'one', n: 'AQAB', e: 'AQAB' }] }
      },
      now,
      warn,
    })
    expect(await issuerKey('', { header: { kid: 'one' } })).toMatchObject({ kid: 'one' })
    expect(asked).toEqual([`${cognito}/.well-known/jwks.json`])
  })
})
