/** Lets no caller bring a guardrail of its own, or choose what is judged, where the operator has one. */
import type { Call, Policy } from '../core/contracts.ts'
import { TollgateError } from '../core/errors.ts'
import { guardrailFor } from '../core/guardrail.ts'
import type { NativeRequest } from '../core/request.ts'

/**
 * A policy, since every call comes along here, and before the cache: what was answered under the
 * operator's guardrail is not told to a request that says it wants another.
 */
export const guardrail: Policy = (next) =>
  async function guardrail(call) {
    return next(withoutOwn(call))
  }

/** The same call. */
function withoutOwn(call: Call): Call {
  const { native } = call
  if (native === undefined || guardrailFor(call) === undefined) return call
  const param = headers.find((name) => native.headers[name] !== undefined) ?? ownIn(native)
  if (param === undefined) return call
  const message = `${param}: a guardrail of this gateway’s holds here, and takes no other’s place or settings; leave it out.`
  throw new TollgateError('unsupported_parameter', message, { param })
}

/** AWS, InvokeModel. A trace shows what the operator's guardrail looks for. */
const headers = [
  'x-amzn-bedrock-guardrailidentifier',
  'x-amzn-bedrock-guardrailversion',
  'x-amzn-bedrock-trace',
]

/**
 * AWS, "Apply tags to user input" and "Configure streaming response behavior": `tagSuffix` leaves all
 * but what is tagged unjudged, `ASYNCHRONOUS` tells before it judges.
 */
const fields = ['guardrailConfig', 'amazon-bedrock-guardrailConfig']

/** Most bodies say nothing of the kind, and are not read twice; a key may be written with escapes. */
const mayBeSaid = /guard(railConfig|Content)|\\u/

type Fields = Readonly<Record<string, unknown>>

function ownIn({ body }: NativeRequest): string | undefined {
  if (!mayBeSaid.test(body)) return undefined
  const said = fieldsOf(JSON.parse(body))
  return fields.find((name) => Object.hasOwn(said, name)) ?? guardedIn(said)
}

/** AWS, "Include a guardrail with the Converse API": where there is `guardContent`, that alone is judged. */
function guardedIn({ system, messages }: Fields): string | undefined {
  const contents: readonly (readonly [string, unknown])[] = [
    ['system', system],
    ...listOf(messages).map(
      (message, at) => [`messages[${at}].content`, fieldsOf(message).content] as const,
    ),
  ]
  for (const [place, blocks] of contents) {
    const at = listOf(blocks).findIndex((block) => Object.hasOwn(fieldsOf(block), 'guardContent'))
    if (at >= 0) return `${place}[${at}].guardContent`
  }
  return undefined
}

const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [])
const fieldsOf = (value: unknown): Fields =>
  typeof value === 'object' && value !== null ? (value as Fields) : {}
