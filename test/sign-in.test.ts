/** A token is worth a team's key only where everything in it is right; whatever else it is, it is refused. */
import { generateKeyPairSync } from 'node:crypto'
import fc from 'fast-check'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { handler, type Verdict } from '../lambda/authorizer.ts'
import type { SignIn } from '../lambda/core/sign-in.ts'
import { fetchJson } from '../lambda/sign-in/fetch-json.ts'
import { openIssuerKeys } from '../lambda/sign-in/issuer-keys.ts'
import { openSignIn } from '../lambda/sign-in/tokens.ts'
import { anyCharacter } from './support/arbitrary.ts'
import {
  type Claims,
  encoded,
  hmac,
  type Issuer,
  nowInSeconds,
  put,
  signedBy,
  startIssuer,
} from './support/issuer.ts'

const current = vi.hoisted(() => ({ signIn: undefined as SignIn | undefined }))
vi.mock('#sign-in', () => ({ signIn: (token: string) => current.signIn?.(token) }))

const secret = 'aB3'.repeat(13)
const keyOf = (team: string) => ({
  key: `${team}0a1b2c3d${secret}x`,
  caller: { team, keyId: '0a1b2c3d' },
})
const team = { plan: 'free', models: ['nova'] }
const teams = { demo: team, data: team, later: { ...team, key: 'command-line' as const } }

let issuer: Issuer
let warned: string[]

beforeAll(async () => {
  issuer = await startIssuer()
})
afterAll(() => issuer.close())

beforeEach(() => {
  issuer.asked.splice(0)
  warned = []
  current.signIn = openSignIn({
    jwt: { issuer: issuer.url, audience: ['gateway', 'other'], teamClaim: 'team' },
    teams,
    issuerKey: openIssuerKeys(issuer.url, {
      fetchJson,
      now: () => Date.now(),
      warn: (text) => warned.push(text),
    }),
    keyOf: async (team) => keyOf(team),
  })
})
afterEach(() => {
  issuer.answer = undefined
  vi.useRealTimers()
})

type Headers = Readonly<Record<string, string>>

const methodArn = 'arn:aws:execute-api:us-east-1:123456789012:abcdef/v1/POST/bedrock'
const ask = (headers: Headers): Promise<Verdict> => handler({ methodArn, headers })
const bearing = (token: string): Promise<Verdict> => ask({ authorization: `Bearer ${token}` })
const effectOf = ({ policyDocument }: Verdict) => policyDocument.Statement[0].Effect

/** As for a wrong key, with a word for the access log. */
function expectRefusal(verdict: Verdict, why: string): void {
  const { policyDocument, ...rest } = verdict
  expect(policyDocument.Statement[0].Effect).toBe('Deny')
  expect(rest).toEqual({ principalId: 'nobody', context: { tokenRefusal: why } })
}

describe('a token of the issuer', () => {
  it('is worth the key of the team it names', async () => {
    const verdict = await bearing(issuer.token({ team: 'data', sub: 'ann' }))
    expect(effectOf(verdict)).toBe('Allow')
    expect(verdict).toMatchObject({
      principalId: 'data',
      usageIdentifierKey: keyOf('data').key,
      context: { team: 'data', keyId: '0a1b2c3d', subject: 'ann' },
    })
    expect(issuer.asked).toEqual(['/.well-known/openid-configuration', '/keys'])
  })

  it.each<[string, Claims]>([
    ['an audience among several', { aud: ['else', 'other'] }],
    ['an access token of Cognito', { aud: undefined, client_id: 'gateway', token_use: 'access' }],
    ['an ID token of Cognito', { token_use: 'id' }],
    ['groups of which one is a team', { team: ['admins', 'demo', 'demo'] }],
    ['no subject', { sub: undefined }],
    ['a subject of 255 letters', { sub: 'é'.repeat(255) }],
  ])('with %s', async (_, claims) => {
    expect(await bearing(issuer.token(claims))).toMatchObject({ principalId: 'demo' })
  })

  it.each(['ES256', 'EdDSA', 'RS256'] as const)('signed by %s', async (algorithm) => {
    issuer.rotate(algorithm)
    expect(effectOf(await bearing(issuer.token()))).toBe('Allow')
  })

  it('goes beside keys, which are not looked at twice', async () => {
    for (const headers of [
      { 'x-api-key': keyOf('demo').key },
      { authorization: `Bearer ${keyOf('demo').key}` },
    ]) {
      expect(await ask(headers)).toMatchObject({
        usageIdentifierKey: keyOf('demo').key,
        context: { team: 'demo', keyId: '0a1b2c3d' },
      })
    }
    expect(issuer.asked).toEqual([])
  })

  it('is a bearer’s alone: as a key, or beside another key, it is none', async () => {
    const token = issuer.token()
    expect(effectOf(await ask({ 'x-api-key': token }))).toBe('Deny')
    const both = { 'x-api-key': keyOf('demo').key, authorization: `Bearer ${token}` }
    expect(effectOf(await ask(both))).toBe('Deny')
    const twice = { 'x-api-key': token, authorization: `Bearer ${token}` }
    expect(effectOf(await ask(twice))).toBe('Allow')
  })

  it('tells its own subject, however much it has in common with another’s', async () => {
    vi.useFakeTimers({ toFake: ['Date'] })
    const aud = ['gateway', 'p'.repeat(300)]
    const [one, other] = ['ann', 'ben'].map((sub) => issuer.token({ aud, sub }))
    const same = (a = '', b = '') => [...a].findIndex((letter, at) => letter !== b[at])
    expect(same(one, other)).toBeGreaterThan(200)
    for (const round of [1, 2]) {
      const subjects = [await bearing(one ?? ''), await bearing(other ?? '')].map(
        ({ context }) => context,
      )
      expect([round, ...subjects]).toMatchObject([round, { subject: 'ann' }, { subject: 'ben' }])
    }
  })
})

describe('a token is refused with', () => {
  const stranger = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const now = nowInSeconds()
  const claims = () => ({ iss: issuer.url, aud: 'gateway', team: 'demo', exp: now + 300 })
  const kid = () =>
    JSON.parse(Buffer.from(issuer.token().split('.')[0] ?? '', 'base64url').toString()).kid
  const pem = () => issuer.publicKey().export({ type: 'spki', format: 'pem' })

  it.each<[string, () => string, string]>([
    ['no signature', () => put({ alg: 'none' }, claims(), () => ''), 'malformed'],
    [
      'no algorithm, and something for a signature',
      () => put({ alg: 'none', kid: kid() }, claims(), () => 'AAAA'),
      'algorithm',
    ],
    [
      'the public key as an HMAC’s secret',
      () => put({ alg: 'HS256', kid: kid() }, claims(), hmac(pem())),
      'algorithm',
    ],
    ['another issuer', () => issuer.token({ iss: 'https://evil.example.com' }), 'issuer'],
    ['an issuer that begins alike', () => issuer.token({ iss: `${issuer.url}/` }), 'issuer'],
    ['no issuer', () => issuer.token({ iss: undefined }), 'issuer'],
    ['another audience', () => issuer.token({ aud: 'someone-else' }), 'audience'],
    ['no audience', () => issuer.token({ aud: undefined }), 'audience'],
    [
      'an ID token for another client',
      () => issuer.token({ aud: 'else', client_id: 'gateway', token_use: 'id' }),
      'audience',
    ],
    [
      'an ID token without an audience',
      () => issuer.token({ aud: undefined, client_id: 'gateway', token_use: 'id' }),
      'audience',
    ],
    ['another use', () => issuer.token({ token_use: 'refresh' }), 'use'],
    ['no team', () => issuer.token({ team: undefined }), 'team'],
    ['a team that is not configured', () => issuer.token({ team: 'toString' }), 'team'],
    ['a team that is no text', () => issuer.token({ team: { demo: true } }), 'team'],
    ['groups of which two are teams', () => issuer.token({ team: ['demo', 'data'] }), 'team'],
    ['a team whose key is made by command', () => issuer.token({ team: 'later' }), 'no-key'],
    ['groups of which none is a team', () => issuer.token({ team: ['admins'] }), 'team'],
    [
      'a key id that is a path',
      () => issuer.token({}, { kid: '../../../../dev/null' }),
      'unknown-key',
    ],
    ['an unknown key id', () => issuer.token({}, { kid: 'key-0' }), 'unknown-key'],
    ['no key id', () => issuer.token({}, { kid: undefined }), 'unknown-key'],
    [
      'a key of its own in the header',
      () =>
        put(
          {
            alg: 'RS256',
            jwk: stranger.publicKey.export({ format: 'jwk' }),
            jku: 'https://evil.example.com/keys',
          },
          claims(),
          signedBy(stranger.privateKey),
        ),
      'unknown-key',
    ],
    [
      'another’s signature',
      () => put({ alg: 'RS256', kid: kid() }, claims(), signedBy(stranger.privateKey)),
      'signature',
    ],
    [
      'claims that were changed',
      () => {
        const [header, , signature] = issuer.token().split('.')
        return `${header}.${encoded({ ...claims(), team: 'data' })}.${signature}`
      },
      'signature',
    ],
    ['its end cut off', () => issuer.token().slice(0, -9), 'signature'],
    ['only two parts', () => issuer.token().split('.').slice(0, 2).join('.'), 'malformed'],
    ['four parts', () => `${issuer.token()}.AAAA`, 'malformed'],
    ['parts that are no JSON', () => 'AAAA.BBBB.CCCC', 'malformed'],
    ['claims that are a list', () => issuer.token().replace(/\..*\./, '.W10.'), 'malformed'],
    ['more letters than a header has', () => issuer.token({ pad: 'p'.repeat(9_000) }), 'malformed'],
    ['an end that is no number', () => issuer.token({ exp: 'never' }), 'malformed'],
    ['an end beyond all calendars', () => issuer.token({ exp: -1e300 }), 'malformed'],
    ['no end', () => issuer.token({ exp: undefined }), 'expired'],
    ['a subject that is no text', () => issuer.token({ sub: 7 }), 'malformed'],
    ['a subject of 256 letters', () => issuer.token({ sub: 's'.repeat(256) }), 'subject'],
    ['a subject with a line break', () => issuer.token({ sub: 'a\nb' }), 'subject'],
  ])('%s', async (_, token, why) => {
    expectRefusal(await bearing(token()), why)
  })

  it.each<[object, string]>([
    [{ exp: 0 }, 'Allow'],
    [{ exp: -59 }, 'Allow'],
    [{ exp: -61 }, 'expired'],
    [{ nbf: 0 }, 'Allow'],
    [{ nbf: 59 }, 'Allow'],
    [{ nbf: 61 }, 'too-early'],
  ])('clocks that differ by %j seconds: %s', async (offsets, outcome) => {
    vi.useFakeTimers({ toFake: ['Date'] })
    const times = Object.entries(offsets).map(([name, by]) => [name, nowInSeconds() + by])
    const verdict = await bearing(issuer.token(Object.fromEntries(times)))
    if (outcome === 'Allow') expect(effectOf(verdict)).toBe('Allow')
    else expectRefusal(verdict, outcome)
  })
})

describe('whatever is sent for a token', () => {
  const part = fc.oneof(
    fc.jsonValue({ stringUnit: anyCharacter }).map(encoded),
    fc.stringMatching(/^[\w-]{1,40}$/),
    fc
      .constantFrom('[', '{"a":')
      .map((open) => Buffer.from(open.repeat(900)).toString('base64url')),
  )

  it('there is an answer, and it is no', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(part, { maxLength: 5 }), async (parts) => {
        expect(effectOf(await bearing(parts.join('.')))).toBe('Deny')
      }),
    )
  })

  it('an issuer’s own odd claims are no team’s but a configured one’s', async () => {
    const claims = ['aud', 'client_id', 'exp', 'iss', 'nbf', 'sub', 'team', 'token_use']
    const odd = fc.dictionary(
      fc.constantFrom(...claims),
      fc.jsonValue({ stringUnit: anyCharacter }),
      { maxKeys: 3 },
    )
    await fc.assert(
      fc.asyncProperty(odd, async (some) => {
        const verdict = await bearing(issuer.token(some))
        if (effectOf(verdict) === 'Deny') return
        expect(['demo', 'data']).toContain(verdict.principalId)
        expect(verdict.usageIdentifierKey).toBe(keyOf(verdict.principalId).key)
      }),
    )
  })
})

it('neither token nor key is ever written', async () => {
  const written = [process.stdout, process.stderr].map((stream) => vi.spyOn(stream, 'write'))
  await bearing(issuer.token())
  await bearing(issuer.token({ team: 'none' }))
  issuer.answer = (_, response) => void response.destroy()
  await bearing(issuer.token({}, { kid: 'other' }))
  for (const write of written) expect(write).not.toHaveBeenCalled()
  expect(warned.join('\n')).not.toMatch(new RegExp(`eyJ|${secret}`))
  vi.restoreAllMocks()
})
