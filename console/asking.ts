/** Asks a model for a streamed answer, and tells of it as it comes. */
import type { Chunk } from './answers.ts'
import { eventsOf } from './events.ts'
import { type Gateway, Problem } from './gateway.ts'

export type Question = {
  readonly model: string
  readonly system: string
  readonly prompt: string
  readonly mostTokens: number
}

export type Outcome = {
  readonly inputTokens: number
  readonly outputTokens: number
  /** Absent where no price is in force. */
  readonly usd: number | undefined
  readonly firstMs: number | undefined
  readonly wholeMs: number
  readonly region: string | undefined
  readonly attempts: string | undefined
  readonly cache: string | undefined
  readonly notice: string | undefined
}

export const bodyOf = ({ model, system, prompt, mostTokens }: Question) => ({
  model,
  max_tokens: mostTokens,
  messages: [
    ...(system === '' ? [] : [{ role: 'system', content: system }]),
    { role: 'user', content: prompt },
  ],
})

export async function askFor(
  gateway: Gateway,
  question: Question,
  signal: AbortSignal,
  said: (text: string) => void,
): Promise<Outcome> {
  const began = performance.now()
  const since = () => performance.now() - began
  const body = { ...bodyOf(question), stream: true, stream_options: { include_usage: true } }
  const answer = await gateway.stream('/v1/chat/completions', body, signal)
  let firstMs: number | undefined
  let usage: Chunk['usage']
  let over = false
  for await (const { data } of eventsOf(answer)) {
    if (data === '[DONE]') {
      over = true
      continue
    }
    const chunk: Chunk = JSON.parse(data)
    if (chunk.error !== undefined)
      throw new Problem(200, chunk.error.code ?? '', chunk.error.message)
    usage = chunk.usage ?? usage
    const text = chunk.choices?.[0]?.delta?.content ?? ''
    if (text === '') continue
    firstMs ??= since()
    said(text)
  }
  if (!over) throw new Problem(200, 'cut', 'The answer broke off before its end.')
  const header = (name: string) => answer.headers.get(`x-tollgate-${name}`) ?? undefined
  return {
    inputTokens: usage?.prompt_tokens ?? 0,
    outputTokens: usage?.completion_tokens ?? 0,
    usd: usage?.cost_usd ?? undefined,
    firstMs,
    wholeMs: since(),
    region: header('region'),
    attempts: header('attempts'),
    cache: header('cache'),
    notice: header('notice'),
  }
}
