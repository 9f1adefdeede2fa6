/** OpenAI's answers beside the chat completion itself: usage in a stream, and embeddings. */
import { createHash } from 'node:crypto'
import type { Told } from '../simulator/answer.ts'
import { chatAnswers } from '../simulator/openai-chat-answers.ts'
import { tokensOf } from '../simulator/tokens.ts'
import { vectorOf } from '../simulator/vectors.ts'
import { serverEvent } from './vendor-server.ts'

const answers = chatAnswers('finish_reason')

const usageOf = ({ usage: { input, cacheRead, output } }: Told) => ({
  prompt_tokens: input + cacheRead,
  completion_tokens: output,
  total_tokens: input + cacheRead + output,
  prompt_tokens_details: { cached_tokens: cacheRead, audio_tokens: 0 },
  completion_tokens_details: { reasoning_tokens: 0, audio_tokens: 0 },
})

export const wholeAnswer = (told: Told) => ({ ...answers.whole(told), usage: usageOf(told) })

/**
 * OpenAI, "stream_options": with `include_usage`, the last chunk before `[DONE]` has the usage and no
 * choices, and all others have `usage: null`; without it none has any. Azure begins with a chunk
 * without choices, which tells what its filter found in the prompt.
 */
export function streamedAnswer(told: Told, withUsage: boolean, filtered: boolean) {
  const chunks = answers.stream(told).map(({ json }) => json)
  const { choices: _, ...head } = chunks[0] ?? {}
  const prompt = { prompt_index: 0, content_filter_results: {} }
  const first = { ...empty, choices: [], prompt_filter_results: [prompt] }
  const all: readonly object[] = [
    ...(filtered ? [first] : []),
    ...chunks.map((chunk) => (withUsage ? { ...chunk, usage: null } : chunk)),
    ...(withUsage ? [{ ...head, choices: [], usage: usageOf(told) }] : []),
  ]
  return [
    ...all.map((chunk) => serverEvent(undefined, JSON.stringify(chunk))),
    serverEvent(undefined, '[DONE]'),
  ]
}

const empty = { id: '', object: '', created: 0, model: '' }

/** The official client asks for base64, of little-endian 32-bit floats. */
export function embeddingsAnswer(
  model: string,
  inputs: readonly string[],
  length: number,
  format: 'float' | 'base64',
) {
  const tokens = inputs.reduce((sum, text) => sum + tokensOf(text), 0)
  return {
    object: 'list',
    data: inputs.map((text, index) => {
      const vector = vectorOf(text, length)
      const embedding = format === 'float' ? vector : base64Of(vector)
      return { object: 'embedding', index, embedding }
    }),
    model,
    usage: { prompt_tokens: tokens, total_tokens: tokens },
  }
}

const base64Of = (vector: readonly number[]): string =>
  Buffer.from(Float32Array.from(vector).buffer).toString('base64')

/** As OpenAI numbers requests, so that the same body has the same id. */
export const requestId = (body: unknown): string =>
  `req_${createHash('sha256')
    .update(JSON.stringify(body) ?? '')
    .digest('hex')
    .slice(0, 32)}`
