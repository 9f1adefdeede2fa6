/** Writes what functions made of a request into the caller's own body, whose other members stay as they are. */
import type { ChatCall, EmbedCall } from '../core/contracts.ts'
import type { Json, JsonObject } from '../core/conversation.ts'
import { TollgateError } from '../core/errors.ts'
import type { AnyModel } from '../core/model.ts'
import { withEveryDigit } from '../core/numbers.ts'
import type { ChatRequest } from '../core/request.ts'

const nothing = () => {}

/**
 * What the two requests are built to differently takes its place in the body, in the gateway's words.
 * What is sent is then read again, for the policies: it says what was made of it, or is not sent.
 */
export function rewritten(call: ChatCall, asked: ChatRequest): ChatCall {
  const { native, body, request, model } = call
  if (native === undefined) return call
  const { model: name, stream } = request
  const build = (one: ChatRequest) =>
    body.build({ maxTokens: model.limits.output, ...defined(one) }, model, nothing)
  const made = build(asked)
  const written = merged(native.body, build(request), made)
  const read = body.parse?.(JSON.parse(written))
  if (read === undefined) throw unwritable(model)
  const view = { maxTokens: model.limits.output, ...read, model: name, stream }
  const isSaid = same(build(view), made) && unbuilt.every((name) => same(view[name], asked[name]))
  if (!isSaid) throw unwritable(model)
  return { ...call, request: view, native: { ...native, body: written } }
}

/** What some families say in headers, or not at all. */
const unbuilt = ['serviceTier', 'latency', 'betas'] as const satisfies (keyof ChatRequest)[]

export function rewrittenEmbedding(call: EmbedCall, inputs: readonly string[]): EmbedCall {
  const { native, request, model } = call
  if (native === undefined) return call
  const build = (texts: readonly string[]) =>
    model.body.build({ ...request, inputs: texts }, texts, model, nothing)
  const written = merged(native.body, build(request.inputs), build(inputs))
  const read = model.body.parse?.(JSON.parse(written))
  if (read === undefined || !same(read.inputs, inputs)) throw unwritable(model)
  return { ...call, request: { ...request, ...read }, native: { ...native, body: written } }
}

function merged(body: string, before: JsonObject, after: JsonObject): string {
  const names = Object.keys({ ...before, ...after })
  const changed = names.filter((name) => !same(before[name], after[name]))
  const said = { ...(withEveryDigit(body) as Record<string, Json | undefined>) }
  for (const name of changed) said[name] = after[name]
  return JSON.stringify(said)
}

/** Both are built by the same code, so that members stand in the same order. */
const same = (one: unknown, other: unknown): boolean =>
  JSON.stringify(one) === JSON.stringify(other)

/** A member that is `undefined` is not there. */
const defined = (request: ChatRequest): ChatRequest =>
  Object.fromEntries(
    Object.entries(request).filter(([, value]) => value !== undefined),
  ) as unknown as ChatRequest

const unwritable = ({ name }: AnyModel): TollgateError =>
  new TollgateError(
    'unsupported_parameter',
    `${name}’s own body cannot say it; use POST /v1/chat/completions or another route that is not Bedrock’s own.`,
    { param: 'body' },
  )
