/** What the tests of the OpenAI chat dialect share: requests, facts, and a client's reading of a stream. */
import type { AnswerFacts, HttpRequest } from '../../lambda/core/dialect.ts'
import { TollgateError } from '../../lambda/core/errors.ts'
import type { ReplyEvent } from '../../lambda/core/reply.ts'
import type { ChatRequest } from '../../lambda/core/request.ts'
import { openaiChat } from '../../lambda/dialects/openai-chat.ts'
import { modelById } from '../../lambda/models/index.ts'

export const post = (body: unknown): HttpRequest => ({
  route: { method: 'POST', path: '/v1/chat/completions' },
  pathParameters: {},
  query: {},
  headers: {},
  body,
  text: '',
})

export const postTo = (model: string, body: unknown): HttpRequest => ({
  ...post(body),
  route: { method: 'POST', path: '/bedrock/{model}' },
  pathParameters: { model },
})

export type Understood = { readonly request: ChatRequest; readonly notices: readonly string[] }

/** A body as it is understood, with what its caller is told. */
export function understood(body: unknown): Understood {
  const notices: string[] = []
  const request = openaiChat.parse(post(body), (text) => void notices.push(text))
  return { request, notices }
}

export function refusalOf(body: unknown): TollgateError {
  try {
    understood(body)
  } catch (thrown) {
    if (thrown instanceof TollgateError) return thrown
    throw thrown
  }
  throw new Error(`${JSON.stringify(body)} was understood`)
}

const model = modelById.get('amazon.nova-lite-v1:0')
if (model === undefined) throw new Error('the catalogue lost Nova Lite')

export const answerFacts: AnswerFacts = {
  asked: 'chat',
  model,
  created: 1_790_000_000,
  requestId: 'r-1',
  costUsd: ({ output }) => output / 1000,
}

export function streamOf(events: Iterable<ReplyEvent>, body: unknown = {}): string {
  const frame = openaiChat.openFrames(answerFacts, post(body))
  return [...events].map(frame).join('')
}

type Json = Record<string, unknown>
type Delta = Json & { tool_calls?: { index: number; id?: string; function: Json }[] }
export type Chunk = {
  choices: { delta: Delta; finish_reason: string | null; stop_reason?: string }[]
  usage?: unknown
  error?: Json
}

/** The data of a stream, event by event; each must be one line of JSON, and `[DONE]` the last. */
export function chunksOf(stream: string): Chunk[] {
  const events = stream.split('\n\n')
  if (events.pop() !== '') throw new Error('the stream ends within an event')
  if (events.pop() !== 'data: [DONE]') throw new Error('the stream does not end with [DONE]')
  return events.map((event) => {
    const [, data] = /^data: (.+)$/.exec(event) ?? []
    if (data === undefined) throw new Error(`'${event}' is not one line of data`)
    return JSON.parse(data) as Chunk
  })
}

/** Puts a stream's chunks together as a client does. */
export function gathered(chunks: readonly Chunk[]) {
  const message: Json = {}
  const calls: { id?: unknown; type?: unknown; name: string; arguments: string }[] = []
  const thoughts: unknown[] = []
  for (const { choices } of chunks) {
    for (const { delta } of choices) {
      for (const [name, said] of Object.entries(delta)) {
        if (name === 'tool_calls') continue
        if (name === 'thinking_blocks') thoughts.push(...(said as unknown[]))
        else if (typeof said === 'string') message[name] = `${message[name] ?? ''}${said}`
        else message[name] = said
      }
      for (const { index, function: called, ...rest } of delta.tool_calls ?? []) {
        calls[index] ??= { name: '', arguments: '' }
        Object.assign(calls[index], rest)
        calls[index].name += called.name ?? ''
        calls[index].arguments += called.arguments ?? ''
      }
    }
  }
  const tool_calls = calls.map(({ id, type, ...called }) => ({ id, type, function: called }))
  return {
    ...message,
    ...(thoughts.length > 0 && { thinking_blocks: thoughts }),
    ...(calls.length > 0 && { tool_calls }),
  }
}
