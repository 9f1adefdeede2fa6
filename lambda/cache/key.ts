/** What an answer is remembered by: whose it is, and a hash of all that can change it. */
import { createHash } from 'node:crypto'
import type { Call, ChatCall, EmbedCall, Target } from '../core/contracts.ts'
import type { Json } from '../core/conversation.ts'
import type { Rules } from '../core/rules-config.ts'
import { asIs, each, leftOut, listed, type Part } from './parts.ts'
import { chatRequest, embedRequest, nativeRequest } from './request-parts.ts'

/** Who may be given it. A team's own answers and those of all teams never meet. */
export type Scope = { readonly team: string } | 'shared'

export type CacheKey = { readonly pk: string; readonly sk: string }

/** Of what is hashed, and of what is stored: another one finds nothing of this one's. */
export const schemaVersion = 1

/** The scope stands outside of what is hashed: no two teams can come to one key. */
const partitionOf = (scope: Scope): string =>
  scope === 'shared' ? 'cache#shared' : `cache#team#${scope.team}`

/** Throws `Unlisted` where the call says something that nobody has weighed. */
export function keyOf(scope: Scope, call: Call): CacheKey {
  const { key } = call.cache ?? {}
  const content = key === undefined ? contentOf(call) : ownWords(call, key)
  const text = JSON.stringify([schemaVersion, formOf(call), content])
  return { pk: partitionOf(scope), sk: createHash('sha256').update(text).digest('hex') }
}

/**
 * Answers as Bedrock's own bytes are told as they came, so they are another answer for each
 * operation, whole and streamed; all other dialects are told the same one.
 */
const formOf = ({ native, request }: Call): string =>
  native === undefined ? 'told' : `${native.operation} ${request.stream ? 'stream' : 'whole'}`

const contentOf = (call: Call): Json => (call.task === 'embed' ? embedParts(call) : chatParts(call))

/** The caller vouches for what is asked, not for whom, nor for what holds there. */
function ownWords(call: Call, key: string): Json {
  const { task, model, targets, rules } = call
  return { key, task, model: model.id, targets: aims(targets), rules: inForce(rules) }
}

/** Who may answer; a region's or a server's address is part of who it is. */
const target: Part<Target> = ({ provider, place, modelId, ...rest }) => [
  provider,
  place,
  modelId,
  'server' in rest ? (rest.server.url ?? '') : (rest.endpoint ?? ''),
]
const aims = each(target)

const ruleParts = {
  ...{ guard: asIs, decorate: asIs, allow_untemplated: asIs, guardrail: asIs },
  /** What a request was made into stands in its messages, and an answer is transformed each time. */
  transform: leftOut,
}
const rule = listed<Rules>(ruleParts)
const ruleNames = Object.keys(ruleParts) as (keyof Rules)[]

/** Rules are one object for as long as their configuration is in force, and stand beside other settings. */
const known = new WeakMap<Rules, Json>()

function ruleOf(all: Rules): Json {
  const kept = known.get(all)
  if (kept !== undefined) return kept
  const said = rule(Object.fromEntries(ruleNames.map((name) => [name, all[name]])))
  known.set(all, said)
  return said
}

const inForce = each(ruleOf)

/** What surrounds a call says when, by whom and how long; not what is asked. */
const facts = {
  ...{ id: leftOut, caller: leftOut, written: leftOut, beside: leftOut, again: leftOut },
  ...{ timeoutMs: leftOut, cache: leftOut, cloudflare: leftOut },
  ...{ notice: leftOut, attempted: leftOut, standing: leftOut, looked: leftOut, atEnd: leftOut },
  ...{ record: leftOut, signal: leftOut, remaining: leftOut },
  /** What it came to stands in the messages. */
  templated: leftOut,
  targets: aims,
  strategy: asIs,
  rules: inForce,
} as const

const chatParts = listed<ChatCall>({
  ...facts,
  task: asIs,
  request: chatRequest,
  model: ({ id }) => id,
  body: ({ id }) => id,
  native: nativeRequest,
})

const embedParts = listed<EmbedCall>({
  ...facts,
  task: asIs,
  request: embedRequest,
  model: ({ id }) => id,
  native: nativeRequest,
})
