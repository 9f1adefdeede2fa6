/** Carries a body to Amazon Bedrock and its answer back, by InvokeModel and its stream. */
import {
  BedrockRuntimeClient,
  InvokeModelCommand,
  type InvokeModelCommandOutput,
  InvokeModelWithResponseStreamCommand,
  type ServiceInputTypes,
  type ServiceOutputTypes,
} from '@aws-sdk/client-bedrock-runtime'
import { NodeHttpHandler } from '@smithy/node-http-handler'
import type { DeserializeMiddleware } from '@smithy/types'
import type {
  Provider,
  ReplyStream,
  ReportedUsage,
  Target,
  TargetedCall,
} from '../core/contracts.ts'
import { TollgateError } from '../core/errors.ts'
import { type ReplyEvent, replay } from '../core/reply.ts'
import { fromBedrock, upstreamName } from './bedrock-errors.ts'
import { type Deadline, openDeadline } from './deadline.ts'

const connectMs = 1_000
/** Headers of a stream come once the prompt is read; those of a whole answer once it is written. */
const firstByteMs = { stream: 60_000, whole: 290_000 }
const idleMs = 60_000
/** Kept back from the function's own time, to end the answer properly. */
const settleMs = 1_500

const clients = new Map<string, BedrockRuntimeClient>()

function clientOf({ region, endpoint }: Target): BedrockRuntimeClient {
  const known = clients.get(region)
  if (known !== undefined) return known
  const client = openClient(region, endpoint)
  clients.set(region, client)
  return client
}

function openClient(region: string, endpoint: string | undefined): BedrockRuntimeClient {
  const client = new BedrockRuntimeClient({
    region,
    ...(endpoint !== undefined && { endpoint }),
    /** One retry layer, ours: the SDK would add seconds of its own below it. */
    maxAttempts: 1,
    /** Over HTTP/2, the SDK ends a stream that was cut as if it were whole. */
    requestHandler: new NodeHttpHandler({
      connectionTimeout: connectMs,
      socketTimeout: 0,
      requestTimeout: 0,
    }),
  })
  client.middlewareStack.add(keepHeaders, {
    step: 'deserialize',
    priority: 'high',
    name: 'keepHeaders',
  })
  return client
}

export const bedrock: Provider = (call) => {
  const { stream } = call.request
  if (!stream) return ask(call, whole)
  if (call.model.accepts.streaming) return ask(call, streamed)
  call.notice(`stream: ${call.model.name} answers whole; its answer is sent as one piece`)
  return ask(call, whole)
}

type Send = (
  client: BedrockRuntimeClient,
  call: TargetedCall,
  deadline: Deadline,
) => Promise<AsyncIterable<ReplyEvent>>

async function ask(call: TargetedCall, send: Send): Promise<ReplyStream> {
  const { target, remaining, attempted } = call
  const { region } = target
  const started = performance.now()
  const patience = send === streamed ? firstByteMs.stream : firstByteMs.whole
  const left = Math.max(0, remaining() - settleMs)
  const deadline = openDeadline(Math.min(patience, left), idleMs, call.signal)
  try {
    const events = await send(clientOf(target), call, deadline)
    attempted({ region, outcome: 'ok', ms: performance.now() - started })
    return { target, events }
  } catch (thrown) {
    deadline.abandon()
    const error = failure(thrown, call, deadline)
    attempted({ region, outcome: upstreamName(error), ms: performance.now() - started })
    throw error
  }
}

const command = ({ model, request, target, notice }: TargetedCall) => ({
  modelId: target.modelId,
  contentType: 'application/json',
  accept: 'application/json',
  body: JSON.stringify(model.body.build(request, model, notice)),
})

const whole: Send = async (client, call, deadline) => {
  const output = await client.send(new InvokeModelCommand(command(call)), {
    abortSignal: deadline.signal,
  })
  deadline.done()
  const answer: unknown = parsed(output.body)
  return replay(call.model.body.read(answer, reported(output)))
}

/** Resolves with the first event in hand: until then another target could still answer. */
const streamed: Send = async (client, call, deadline) => {
  const output = await client.send(new InvokeModelWithResponseStreamCommand(command(call)), {
    abortSignal: deadline.signal,
  })
  const chunks = output.body?.[Symbol.asyncIterator]()
  if (chunks === undefined) throw unusable()
  const reader = call.model.body.openStream()

  async function next(): Promise<readonly ReplyEvent[] | undefined> {
    const step = await chunks?.next()
    deadline.heard()
    if (step === undefined || step.done === true) return undefined
    const bytes = step.value.chunk?.bytes
    return bytes === undefined ? [] : reader.read(parsed(bytes))
  }

  let first = await next()
  while (first !== undefined && first.length === 0) first = await next()
  if (first?.[0]?.type === 'reply-error') throw first[0].error
  return flow(first, next, reader.end, call, deadline)
}

async function* flow(
  first: readonly ReplyEvent[] | undefined,
  next: () => Promise<readonly ReplyEvent[] | undefined>,
  end: () => readonly ReplyEvent[],
  call: TargetedCall,
  deadline: Deadline,
): AsyncGenerator<ReplyEvent> {
  let over = false
  try {
    for (let events = first; events !== undefined; events = await next()) yield* events
    over = true
    yield* end()
  } catch (thrown) {
    yield { type: 'reply-error', error: failure(thrown, call, deadline) }
  } finally {
    if (over) deadline.done()
    else deadline.abandon()
  }
}

function failure(thrown: unknown, call: TargetedCall, deadline: Deadline): TollgateError {
  if (!deadline.passed()) return fromBedrock(thrown, call)
  return fromBedrock(
    Object.assign(new Error('deadline'), { name: 'TimeoutError', cause: thrown }),
    call,
  )
}

function parsed(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString())
  } catch (cause) {
    throw unusable(cause)
  }
}

const unusable = (cause?: unknown): TollgateError =>
  new TollgateError('upstream_error', 'The model answered something that is not JSON.', { cause })

/** The SDK hides response headers; for a whole answer they are where the token counts stand. */
const keepHeaders: DeserializeMiddleware<ServiceInputTypes, ServiceOutputTypes> =
  (next) => async (args) => {
    const result = await next(args)
    const { headers } = result.response as { headers?: Record<string, string> }
    Object.assign(result.output?.$metadata ?? {}, { headers })
    return result
  }

function reported({ $metadata }: InvokeModelCommandOutput): ReportedUsage {
  const { headers = {} } = $metadata as { headers?: Record<string, string> }
  return {
    ...count('input', headers['x-amzn-bedrock-input-token-count']),
    ...count('output', headers['x-amzn-bedrock-output-token-count']),
    ...count('cacheRead', headers['x-amzn-bedrock-cache-read-input-token-count']),
    ...count('cacheWrite', headers['x-amzn-bedrock-cache-write-input-token-count']),
  }
}

function count(name: keyof ReportedUsage, header: string | undefined): ReportedUsage {
  const value = Number(header ?? Number.NaN)
  return Number.isSafeInteger(value) && value >= 0 ? { [name]: value } : {}
}
