/** Every way a conversation can be asked for, all of them saying the same. */
import type { InProcessRequest } from './in-process.ts'

export type Said = {
  readonly model: string
  readonly text: string
  readonly maxTokens: number
  readonly stream: boolean
}

export type Way = {
  readonly name: string
  /** Whether a caller may choose; an operation of Bedrock's own has chosen. */
  readonly streams: readonly boolean[]
  readonly ask: (said: Said) => InProcessRequest
}

const whole = [false] as const
const stream = [true] as const
const either = [false, true] as const

const user = (content: unknown) => [{ role: 'user', content }]
const json = (body: unknown) => ({ body: JSON.stringify(body) })

const openai = ({ text, maxTokens: max_tokens, stream }: Said) => ({
  ...{ messages: user(text), max_tokens, stream },
  ...(stream && { stream_options: { include_usage: true } }),
})

const conversed = ({ model, text, maxTokens }: Said) => ({
  path: { modelId: model },
  ...json({ messages: user([{ text }]), inferenceConfig: { maxTokens } }),
})

/** Of the families that are asked here, what their own bodies look like. */
const nativeBody = ({ model, text, maxTokens }: Said): unknown =>
  model === 'nova'
    ? { messages: user([{ text }]), inferenceConfig: { maxTokens } }
    : { anthropic_version: 'bedrock-2023-05-31', max_tokens: maxTokens, messages: user(text) }

const invoked = (said: Said) => ({ path: { modelId: said.model }, ...json(nativeBody(said)) })

export const ways: readonly Way[] = [
  {
    name: 'POST /bedrock',
    streams: either,
    ask: ({ model, text, maxTokens, stream }) => ({
      resource: '/bedrock',
      ...json({ model, question: text, max_tokens: maxTokens, stream }),
    }),
  },
  {
    name: 'POST /bedrock/{model}',
    streams: either,
    ask: (said) => ({
      ...{ resource: '/bedrock/{model}', path: { model: said.model } },
      ...json(openai(said)),
    }),
  },
  {
    name: 'POST /v1/chat/completions',
    streams: either,
    ask: (said) => ({
      resource: '/v1/chat/completions',
      ...json({ model: said.model, ...openai(said) }),
    }),
  },
  {
    name: 'POST /v1/responses',
    streams: either,
    ask: ({ model, text, maxTokens, stream }) => ({
      resource: '/v1/responses',
      ...json({ model, input: text, max_output_tokens: maxTokens, stream }),
    }),
  },
  {
    name: 'POST /v1/messages',
    streams: either,
    ask: ({ model, text, maxTokens, stream }) => ({
      resource: '/v1/messages',
      ...json({ model, max_tokens: maxTokens, messages: user(text), stream }),
    }),
  },
  ...(
    [
      ['invoke', whole, invoked],
      ['invoke-with-response-stream', stream, invoked],
      ['converse', whole, conversed],
      ['converse-stream', stream, conversed],
    ] as const
  ).map(([operation, streams, ask]) => {
    const resource = `/model/{modelId}/${operation}`
    return { name: `POST ${resource}`, streams, ask: (said: Said) => ({ resource, ...ask(said) }) }
  }),
]

/** A question by its address, which says no most tokens. */
export const byAddress: Way = {
  name: 'GET /bedrock/{model}',
  streams: whole,
  ask: ({ model, text }) => ({
    ...{ method: 'GET', resource: '/bedrock/{model}', path: { model }, query: { p: text } },
  }),
}

/** Vectors, by both of the ways they are asked for. */
export const embedding: readonly Way[] = [
  {
    name: 'POST /v1/embeddings',
    streams: whole,
    ask: ({ model, text }) => ({ resource: '/v1/embeddings', ...json({ model, input: text }) }),
  },
  {
    name: 'POST /model/{modelId}/invoke for vectors',
    streams: whole,
    ask: ({ model, text }) => ({
      ...{ resource: '/model/{modelId}/invoke', path: { modelId: model } },
      ...json({ inputText: text }),
    }),
  },
]
