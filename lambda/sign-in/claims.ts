/** What the claims of a verified token must say: that it is for us, and of one team. */
import type { JwtPayload } from 'aws-jwt-verify/jwt-model'
import type { GatewayConfig, JwtConfig } from '../core/config.ts'
import { TokenRefused } from '../core/sign-in.ts'

/**
 * Amazon Cognito says in `token_use` what a token is for. Its access tokens name whom they were made
 * for in `client_id`, its ID tokens in `aud`.
 */
const uses: readonly unknown[] = [undefined, 'access', 'id']

export function checkAudience(claims: JwtPayload, allowed: JwtConfig['audience']): void {
  const { aud, token_use: use, client_id: client } = claims
  if (!uses.includes(use)) throw new TokenRefused('use')
  const named = [aud ?? (use === 'id' ? undefined : client)].flat()
  const ours = [allowed].flat()
  if (!named.some((each) => typeof each === 'string' && ours.includes(each))) {
    throw new TokenRefused('audience')
  }
}

/** The one configured team of a claim: a name, or a list of groups of which one is a team. */
export function teamOf(
  claims: JwtPayload,
  claim: string,
  configured: GatewayConfig['teams'],
): string {
  const said = Object.hasOwn(claims, claim) ? [claims[claim]].flat() : []
  const names = said.filter((each) => typeof each === 'string')
  const teams = new Set(names.filter((name) => Object.hasOwn(configured, name)))
  const [team] = teams
  if (team === undefined || teams.size > 1) throw new TokenRefused('team')
  return team
}

/** OpenID Connect Core 2: at most 255 letters. */
const subjectForm = /^[^\p{Cc}]{1,255}$/u

/** Two tokens are of one subject only where they say so in full: none is ever shortened. */
export function subjectOf({ sub }: JwtPayload): string | undefined {
  if (sub !== undefined && !subjectForm.test(sub)) throw new TokenRefused('subject')
  return sub
}
