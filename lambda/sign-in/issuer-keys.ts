/** The public keys of an issuer: fetched when first needed, kept while it is silent, never fetched in a rush. */
import { isJwk, type Jwk, type JwkWithKid } from 'aws-jwt-verify/jwk'
import type { JwtHeader } from 'aws-jwt-verify/jwt-model'
import { TokenRefused } from '../core/sign-in.ts'

/** The key a token's header names; rejects where the issuer has none, or cannot be asked. */
export type IssuerKey = (
  issuer: string,
  token: { readonly header: JwtHeader },
) => Promise<JwkWithKid>

export type IssuerKeysParts = {
  readonly fetchJson: (address: string) => Promise<unknown>
  /** Milliseconds since 1970. */
  readonly now: () => number
  readonly warn: (text: string) => void
}

const minute = 60_000
const hour = 60 * minute

/** After which they are fetched again, so that a key the issuer took back ends. */
const freshMs = hour

/** After which they count no more, where the issuer could not be asked. */
const longestMs = 24 * hour

/** Whoever makes up key ids makes no more requests than this lets pass. */
const pauseMs = 5 * minute

/** With no keys at all nobody can sign in, so the issuer is asked sooner. */
const emptyPauseMs = 10_000

export function openIssuerKeys(
  issuer: string,
  { fetchJson, now, warn }: IssuerKeysParts,
): IssuerKey {
  let address = addressOfCognito(issuer)
  let keys: readonly JwkWithKid[] = []
  let fetchedAt = -Infinity
  let triedAt = -Infinity
  let fetching: Promise<void> | undefined

  const age = () => now() - fetchedAt
  const named = (kid: string) => keys.find((key) => key.kid === kid)

  async function fetchKeys(): Promise<void> {
    try {
      address ??= await discovered(issuer, fetchJson)
      keys = signingKeys(await fetchJson(address))
      fetchedAt = now()
    } catch (error) {
      warn(`The keys of ${issuer} could not be fetched: ${(error as Error).message}`)
    }
  }

  async function renewed(): Promise<void> {
    if (fetching === undefined) {
      const pause = age() > longestMs ? emptyPauseMs : pauseMs
      if (now() - triedAt < pause) return
      triedAt = now()
      fetching = fetchKeys().finally(() => {
        fetching = undefined
      })
    }
    await fetching
  }

  return async function issuerKey(_, { header }) {
    const { kid } = header
    if (kid === undefined) throw new TokenRefused('unknown-key')
    if (age() > freshMs || named(kid) === undefined) await renewed()
    if (age() > longestMs) throw new TokenRefused('unavailable')
    const key = named(kid)
    if (key === undefined) throw new TokenRefused('unknown-key')
    return key
  }
}

/** Cognito's is known beforehand, which saves a request. */
const addressOfCognito = (issuer: string): string | undefined =>
  /^https:\/\/(issuer-)?cognito-idp\.[a-z0-9-]+\.amazonaws\.com\//.test(issuer)
    ? `${issuer}/.well-known/jwks.json`
    : undefined

/** OpenID Connect Discovery 1.0, 4.3: the document must be the issuer's own. */
async function discovered(
  issuer: string,
  fetchJson: IssuerKeysParts['fetchJson'],
): Promise<string> {
  const document = await fetchJson(`${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`)
  const { issuer: named, jwks_uri: address } = Object(document) as Readonly<Record<string, unknown>>
  if (named !== issuer) throw new Error('its openid-configuration names another issuer.')
  if (typeof address !== 'string' || !isAsSafe(address, issuer)) {
    throw new Error('its openid-configuration has no jwks_uri that begins with https://.')
  }
  return address
}

/** Without TLS only where the issuer itself is without: on one machine. */
const isAsSafe = (address: string, issuer: string): boolean =>
  address.startsWith('https://') ||
  (issuer.startsWith('http://') && URL.parse(address)?.hostname === URL.parse(issuer)?.hostname)

const kinds = ['RSA', 'EC', 'OKP']

/** Keys for other purposes may have the same ids. */
function signingKeys(document: unknown): readonly JwkWithKid[] {
  const { keys } = Object(document) as { readonly keys?: unknown }
  const found = Array.isArray(keys) ? keys.filter(isSigningKey) : []
  if (found.length === 0) throw new Error('there is no key for signatures among them.')
  return found
}

const isSigningKey = (key: Jwk): key is JwkWithKid =>
  isJwk(key) &&
  key.kid !== undefined &&
  kinds.includes(key.kty) &&
  (key.use === undefined || key.use === 'sig')
