/** Carries a body to Amazon Bedrock and its answer back, by InvokeModel and its stream. */
import {
  InvokeModelCommand,
  InvokeModelWithResponseStreamCommand,
} from '@aws-sdk/client-bedrock-runtime'
import type { Provider, TargetedCall } from '../core/contracts.ts'
import { TollgateError } from '../core/errors.ts'
import { withPrompt } from '../core/estimate.ts'
import { type ReplyEvent, replay } from '../core/reply.ts'
import { clientOf, reportedUsage } from './bedrock-client.ts'
import { fromBedrock, upstreamName } from './bedrock-errors.ts'
import { type Deadline, openDeadline } from './deadline.ts'

/** Headers of a stream come once the prompt is read; those of a whole answer once it is written. */
const firstByteMs = { stream: 60_000, whole: 290_000 }
const idleMs = 60_000
/** Kept back from the function's own time, to end the answer properly. */
const settleMs = 1_500

type Attempt = {
  readonly call: TargetedCall
  readonly input: ReturnType<typeof inputOf>
  readonly deadline: Deadline
}

/** Resolves once the answer, or its first event, is in hand. */
type Ask = (attempt: Attempt) => Promise<AsyncIterable<ReplyEvent>>

export const bedrock: Provider = async (call) => {
  const { target, request, model } = call
  const streams = request.stream && model.accepts.streaming
  if (request.stream && !streams) {
    call.notice(`stream: ${model.name} answers whole; its answer is sent as one piece`)
  }
  const input = inputOf(call)
  const patience = Math.min(firstByteMs[streams ? 'stream' : 'whole'], call.remaining() - settleMs)
  const deadline = openDeadline(Math.max(0, patience), idleMs, call.signal)
  const ask = streams ? streamed : whole
  return { target, events: await timed({ call, input, deadline }, ask) }
}

async function timed(attempt: Attempt, ask: Ask): Promise<AsyncIterable<ReplyEvent>> {
  const { call, deadline } = attempt
  const started = performance.now()
  const tell = (outcome: string) =>
    call.attempted({ region: call.target.region, outcome, ms: performance.now() - started })
  try {
    const events = await ask(attempt)
    tell('ok')
    return events
  } catch (thrown) {
    deadline.abandon()
    const error = failure(thrown, attempt)
    tell(upstreamName(error))
    throw error
  }
}

const inputOf = ({ model, request, target, notice }: TargetedCall) => ({
  modelId: target.modelId,
  contentType: 'application/json',
  accept: 'application/json',
  body: JSON.stringify(model.body.build(request, model, notice)),
})

const whole: Ask = async ({ call, input, deadline }) => {
  const send = { abortSignal: deadline.signal }
  const output = await clientOf(call.target).send(new InvokeModelCommand(input), send)
  deadline.done()
  const reply = call.model.body.read(parsed(output.body), reportedUsage(output))
  return replay({ ...reply, usage: withPrompt(reply.usage, Buffer.byteLength(input.body)) })
}

/** Nothing has reached the caller until the first event, so till then another target could answer. */
const streamed: Ask = async (attempt) => {
  const { call, input, deadline } = attempt
  const send = { abortSignal: deadline.signal }
  const command = new InvokeModelWithResponseStreamCommand(input)
  const { body } = await clientOf(call.target).send(command, send)
  const chunks = body?.[Symbol.asyncIterator]()
  const reader = call.model.body.openStream()

  /** `undefined` once the connection has ended. */
  async function next(): Promise<readonly ReplyEvent[] | undefined> {
    const step = await chunks?.next()
    deadline.heard()
    if (step === undefined || step.done === true) return undefined
    const bytes = step.value.chunk?.bytes
    return bytes === undefined ? [] : reader.read(parsed(bytes))
  }

  let first = await next()
  while (first?.length === 0) first = await next()
  const [opening] = first ?? reader.end()
  if (opening?.type === 'reply-error') throw opening.error
  return flow(attempt, first, next, reader.end)
}

async function* flow(
  attempt: Attempt,
  first: readonly ReplyEvent[] | undefined,
  next: () => Promise<readonly ReplyEvent[] | undefined>,
  end: () => readonly ReplyEvent[],
): AsyncGenerator<ReplyEvent> {
  const { input, deadline } = attempt
  let drained = false
  try {
    for (let events = first; events !== undefined; events = await next()) {
      for (const event of events) yield counted(event, input.body)
      if (events.at(-1)?.type === 'reply-error') return
    }
    drained = true
    for (const event of end()) yield counted(event, input.body)
  } catch (thrown) {
    yield { type: 'reply-error', error: failure(thrown, attempt) }
  } finally {
    if (drained) deadline.done()
    else deadline.abandon()
  }
}

function counted(event: ReplyEvent, body: string): ReplyEvent {
  if (event.type !== 'reply-end') return event
  return { ...event, usage: withPrompt(event.usage, Buffer.byteLength(body)) }
}

function failure(thrown: unknown, { call, deadline }: Attempt): TollgateError {
  if (!deadline.passed()) return fromBedrock(thrown, call)
  const late = Object.assign(new Error('The deadline passed.'), { name: 'TimeoutError' })
  return fromBedrock(late, call)
}

function parsed(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString())
  } catch (cause) {
    const message = 'The model answered something that is not JSON.'
    throw new TollgateError('upstream_error', message, { cause })
  }
}
