/** Verifies a token from its form to its claims, and gives the key of the team it speaks for. */
import {
  JwtExpiredError,
  JwtInvalidIssuerError,
  JwtInvalidSignatureAlgorithmError,
  JwtInvalidSignatureError,
  JwtNotBeforeError,
} from 'aws-jwt-verify/error'
import { verifyJwt } from 'aws-jwt-verify/jwt-verifier'
import type { GatewayConfig, JwtConfig } from '../core/config.ts'
import { type SignIn, type TokenRefusal, TokenRefused } from '../core/sign-in.ts'
import { checkAudience, subjectOf, teamOf } from './claims.ts'
import type { IssuerKey } from './issuer-keys.ts'
import type { KeyOf } from './team-keys.ts'

export type SignInParts = {
  readonly jwt: JwtConfig
  readonly teams: GatewayConfig['teams']
  readonly issuerKey: IssuerKey
  readonly keyOf: KeyOf
}

/** How far an issuer's clock may be from ours. */
const leewaySeconds = 60

/** API Gateway takes 10,240 bytes of headers in all. */
const longestToken = 8_192

/** Of a JSON Web Token that is signed; one without a signature has an empty third part. */
const form = /^[\w-]+\.[\w-]+\.[\w-]+$/

/** Nothing of a token is kept from one request to the next. */
export function openSignIn({ jwt, teams, issuerKey, keyOf }: SignInParts): SignIn {
  const options = { issuer: jwt.issuer, audience: null, graceSeconds: leewaySeconds }

  return async function signIn(token) {
    try {
      if (token.length > longestToken || !form.test(token)) throw new TokenRefused('malformed')
      const claims = await verifyJwt(token, jwt.issuer, options, issuerKey)
      /** The library holds a token without an end to be valid for ever. */
      if (claims.exp === undefined) throw new TokenRefused('expired')
      checkAudience(claims, jwt.audience)
      const subject = subjectOf(claims)
      const team = teamOf(claims, jwt.teamClaim, teams)
      if (teams[team]?.key === 'command-line') throw new TokenRefused('no-key')
      const key = await keyOf(team)
      return { type: 'team', ...key, ...(subject !== undefined && { subject }) }
    } catch (error) {
      return { type: 'refused', why: whyOf(error) }
    }
  }
}

const refusals: readonly (readonly [new (...args: never[]) => Error, TokenRefusal])[] = [
  [JwtExpiredError, 'expired'],
  [JwtNotBeforeError, 'too-early'],
  [JwtInvalidIssuerError, 'issuer'],
  [JwtInvalidSignatureError, 'signature'],
  [JwtInvalidSignatureAlgorithmError, 'algorithm'],
]

function whyOf(error: unknown): TokenRefusal {
  if (error instanceof TokenRefused) return error.why
  return refusals.find(([kind]) => error instanceof kind)?.[1] ?? 'malformed'
}
