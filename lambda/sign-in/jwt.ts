/** Sign-in with tokens of the configured issuer, as the authorizer's bundle has it. */
import config from '#gateway-config'
import { secretText } from '../aws/secrets-manager.ts'
import type { SignIn } from '../core/sign-in.ts'
import { fetchJson } from './fetch-json.ts'
import { openIssuerKeys } from './issuer-keys.ts'
import { jwtOf } from './jwt-config.ts'
import { openTeamKeys } from './team-keys.ts'
import { openSignIn } from './tokens.ts'

const jwt = jwtOf(config)

/** What goes wrong on our side of a sign-in; no token and no key is in it. */
const warn = (text: string) => console.warn(text)

export const signIn: SignIn | undefined =
  jwt &&
  openSignIn({
    jwt,
    teams: config.teams,
    issuerKey: openIssuerKeys(jwt.issuer, { fetchJson, now: Date.now, warn }),
    keyOf: openTeamKeys({
      read: (team) => secretText(`${process.env.TOLLGATE_KEY_SECRETS}${team}`),
      now: Date.now,
      warn,
    }),
  })
