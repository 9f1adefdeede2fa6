/** What to do when the one call failed, by what went wrong. */
import type { Tried } from './try.ts'

export type Circumstances = {
  readonly url: string
  readonly team: string
  readonly keyId: string
  readonly model: string
  readonly local: boolean
}

type Mend = (it: Circumstances) => string

const here = ({ local }: Circumstances): string => (local ? ' --local' : '')

const otherModel: Mend = ({ team }) =>
  `Name another with --model, or put it under teams.${team}.models of the configuration.`

const limits: Mend = (it) =>
  `\`npx tollgate usage ${it.team}${here(it)}\` shows how its limits stand.`

const upstream: Mend = (it) =>
  `The gateway works, and what is behind it does not answer: \`npx tollgate tail ${it.team}${here(it)} --since 5m\` shows the attempts.`

/** By error code, else by status. */
const mends: Readonly<Record<string, Mend>> = {
  invalid_api_key: (it) =>
    `The key ${it.keyId} of ${it.team} is not known there, or it has ended: ` +
    `\`npx tollgate keys list ${it.team}${here(it)}\` shows its keys, ` +
    `\`npx tollgate keys issue ${it.team}${here(it)}\` makes another.`,
  model_not_allowed: otherModel,
  model_not_found: otherModel,
  access_denied: (it) =>
    `\`npx tollgate tail ${it.team}${here(it)} --since 5m\` shows who refused it: a pause, or a right the gateway lacks in Bedrock.`,
  budget_exceeded: limits,
  quota_exceeded: limits,
  tokens_per_minute: limits,
  throttled: limits,
  strange: ({ url }) => `Whoever answers at ${url} is no Tollgate gateway.`,
  upstream_throttled: upstream,
  upstream_error: upstream,
  upstream_unavailable: upstream,
  upstream_timeout: upstream,
}

/** `undefined` where the gateway’s own words are all there is to say. */
export function mendOf(tried: Tried, it: Circumstances): string | undefined {
  switch (tried.type) {
    case 'answered':
      return undefined
    case 'unreachable':
      return it.local
        ? 'Is the gateway running? `npm start` starts it; leave it running.'
        : 'Is the stack deployed, and can this machine reach it? Its output Url is the address; a private API answers in its VPC alone.'
    case 'refused':
      return mends[tried.code]?.(it)
  }
}
