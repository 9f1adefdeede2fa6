/** Calls as policies get them, and what the simulated Bedrock bills for them, without a connection. */
import { converse } from '../../lambda/bodies/converse.ts'
import type { BedrockTarget, Body, ChatCall, EmbedCall } from '../../lambda/core/contracts.ts'
import type { JsonObject } from '../../lambda/core/conversation.ts'
import { TollgateError } from '../../lambda/core/errors.ts'
import { fit } from '../../lambda/core/fit.ts'
import type { AnyModel, EmbeddingModel, Model } from '../../lambda/core/model.ts'
import { openRecord } from '../../lambda/core/record.ts'
import type { Usage } from '../../lambda/core/reply.ts'
import type { ChatRequest, EmbedRequest } from '../../lambda/core/request.ts'
import { targetId } from '../../lambda/models/profiles.ts'
import { BedrockException } from '../../local/simulator/exceptions.ts'
import { type Operated, type Operation, operate } from '../../local/simulator/operations.ts'

const nothing = () => {}

export const callFacts = {
  id: 'request-1',
  caller: { team: 'demo', keyId: 'key-1' },
  notice: nothing,
  attempted: nothing,
  standing: nothing,
  looked: nothing,
  atEnd: nothing,
  record: openRecord(nothing, Date.now),
  signal: new AbortController().signal,
  remaining: () => 900_000,
  strategy: 'priority',
  written: {
    text: '',
    instead() {
      throw new Error('Nobody wrote this call.')
    },
  },
  cloudflare: {},
  rules: [],
} as const

/** As the configuration `regions: ['us-east-1']` makes it. */
export const targetFor = (model: AnyModel, more: Partial<BedrockTarget> = {}): BedrockTarget => ({
  type: 'bedrock',
  provider: 'bedrock',
  place: 'us-east-1',
  region: 'us-east-1',
  model,
  modelId: targetId(model, 'us-east-1') ?? model.id,
  weight: 1,
  geographic: false,
  ...more,
})

/** As the gateway makes it: fitted to the model first. */
export const chatCall = (
  request: ChatRequest,
  model: Model,
  more: Partial<ChatCall> = {},
): ChatCall => ({
  ...callFacts,
  task: 'chat',
  request: fit(request, model, [], nothing),
  model,
  targets: [targetFor(model)],
  body: model.body,
  ...more,
})

export const embedCall = (
  inputs: readonly string[],
  model: EmbeddingModel,
  more: Partial<EmbedCall> = {},
): EmbedCall => {
  const request: EmbedRequest = { model: 'vectors', inputs, stream: false }
  return { ...callFacts, task: 'embed', request, model, targets: [targetFor(model)], ...more }
}

/** A caller's own body, as the native routes read it. */
export function nativeCall(
  native: JsonObject,
  model: Model,
  operation: 'invoke' | 'converse',
  more: Partial<ChatCall> = {},
): ChatCall {
  const body: Body = operation === 'converse' ? converse : model.body
  const view = body.parse?.(native)
  if (view === undefined) throw new Error(`${body.id} reads no bodies`)
  const request = { maxTokens: model.limits.output, ...view, model: model.id, stream: false }
  const said = { operation, body: JSON.stringify(native), headers: {} }
  const targets = [targetFor(model)]
  return { ...callFacts, task: 'chat', request, model, targets, body, native: said, ...more }
}

/** What a chat call makes Bedrock do; `undefined` where the body or Bedrock refuses. */
export function operated(call: ChatCall, streamed = false): Operated | undefined {
  const { body, request, model, native } = call
  const via = native?.operation ?? body.via ?? 'invoke'
  try {
    const built = native === undefined ? body.build(request, model, nothing) : native.body
    const sent = typeof built === 'string' ? (JSON.parse(built) as unknown) : built
    return operate(operations[via][streamed ? 1 : 0], model, sent, new Set())
  } catch (thrown) {
    if (thrown instanceof BedrockException || thrown instanceof TollgateError) return undefined
    throw thrown
  }
}

const operations = {
  invoke: ['InvokeModel', 'InvokeModelWithResponseStream'],
  converse: ['Converse', 'ConverseStream'],
} as const satisfies Record<string, readonly [Operation, Operation]>

/** All upstream calls of one request for vectors. */
export function embeddingsBilled({ request, model }: EmbedCall): Usage | undefined {
  const { batch } = model.limits
  let input = 0
  try {
    for (let at = 0; at < request.inputs.length; at += batch) {
      const inputs = request.inputs.slice(at, at + batch)
      const body = model.body.build(request, inputs, model, nothing)
      input += operate('InvokeModel', model, body, new Set()).told?.usage.input ?? 0
    }
  } catch (thrown) {
    if (thrown instanceof BedrockException) return undefined
    throw thrown
  }
  return { ...noTokens, input }
}

export const noTokens: Usage = {
  input: 0,
  cacheRead: 0,
  cacheWrite5m: 0,
  cacheWrite1h: 0,
  output: 0,
}

export const promptOf = ({ input, cacheRead, cacheWrite5m, cacheWrite1h }: Usage): number =>
  input + cacheRead + cacheWrite5m + cacheWrite1h
