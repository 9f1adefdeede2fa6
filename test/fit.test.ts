/** A request against a model's facts: refused where meaning is lost, told where a wish is. */
import { describe, expect, it } from 'vitest'
import { fit } from '../lambda/core/fit.ts'
import type { Accepts, Model } from '../lambda/core/model.ts'
import type { ChatRequest } from '../lambda/core/request.ts'
import { models } from '../lambda/models/index.ts'

const [row] = models
if (row === undefined) throw new Error('the catalogue is empty')
const everything: Accepts = {
  system: true,
  tools: true,
  images: true,
  documents: true,
  thinking: 'no',
  cachePoints: true,
  temperature: { min: 0, max: 1 },
  topP: { min: 0, max: 1 },
  topK: { min: 0, max: 100 },
  oneSampler: false,
  stopSequences: 4,
  streaming: true,
  jsonSchema: 'native',
  forcedTools: true,
  prefill: true,
  betas: [],
}
const modelThat = (accepts: Partial<Accepts>, name = 'Test'): Model => ({
  ...row,
  name,
  limits: { context: 8000, output: 2000 },
  accepts: { ...everything, ...accepts },
  lifecycle: { status: 'active' },
})
const able: [string, Model][] = [
  [
    'old',
    { ...modelThat({}), lifecycle: { status: 'retired', endOfLife: '2025-01-01', successor: 'x' } },
  ],
  ['able', modelThat({})],
]
const request: ChatRequest = {
  model: 'test',
  messages: [{ role: 'user', content: [{ type: 'text', text: 'Hi' }] }],
  tools: [],
  sampling: {},
  maxTokens: 10,
  stream: false,
}
const withoutSampling = ({ temperature: _t, topP: _p, topK: _k, ...accepts }: Accepts): Accepts =>
  accepts

function fitted(change: Partial<ChatRequest>, accepts: Partial<Accepts> = {}) {
  const notices: string[] = []
  const result = fit({ ...request, ...change }, modelThat(accepts), able, (text) =>
    notices.push(text),
  )
  return { result, notices }
}

const block = { mediaType: 'image/png', data: '' } as const
const user = (content: unknown) =>
  ({ messages: [{ role: 'user', content: [content] }] }) as Partial<ChatRequest>

describe('a meaning the model cannot carry', () => {
  it.each<[string, Partial<Accepts>, Partial<ChatRequest>, string]>([
    [
      'system',
      { system: false },
      { messages: [{ role: 'system', content: [] }] },
      'system: Test takes no system prompt.',
    ],
    [
      'tools',
      { tools: false },
      { tools: [{ name: 'a', input: {} }] },
      'tools: Test takes no tools.',
    ],
    [
      'an image',
      { images: false },
      user({ type: 'image', ...block }),
      'messages: Test takes no images.',
    ],
    [
      'a document',
      { documents: false },
      user({ type: 'document', ...block }),
      'messages: Test takes no documents.',
    ],
    [
      'an image a tool gave',
      { images: false },
      user({ type: 'tool-result', content: [{ type: 'image', ...block }] }),
      'messages: Test takes no images.',
    ],
    [
      'stops',
      { stopSequences: 0 },
      { sampling: { stop: ['a'] } },
      'stop: Test takes no stop sequences.',
    ],
    [
      'many stops',
      { stopSequences: 1 },
      { sampling: { stop: ['a', 'b'] } },
      'stop: Test takes up to 1 stop sequences.',
    ],
  ])('is refused, and a live model that could is named: %s', (_, accepts, change, message) => {
    expect(() => fitted(change, accepts)).toThrow(`${message} 'able' could.`)
  })

  it('says so when no model of the key could', () => {
    const tooMuch = { sampling: { stop: ['a', 'b', 'c', 'd', 'e'] } }
    expect(() => fitted(tooMuch, { stopSequences: 0 })).toThrow('No model of this key could.')
  })
})

describe('a wish the model cannot carry', () => {
  it('is left out, and told', () => {
    const notices: string[] = []
    const bare = { ...modelThat({}), accepts: withoutSampling(everything) }
    const wishes = { temperature: 0.5, topP: 0.5, topK: 5, seed: 1 }
    const result = fit({ ...request, sampling: wishes }, bare, [], (text) => notices.push(text))
    expect(result.sampling).toEqual({ seed: 1 })
    expect(notices).toEqual([
      'temperature: left out; Test does not take it',
      'top_p: left out; Test does not take it',
      'top_k: left out; Test does not take it',
    ])
  })

  it('keeps temperature where only one sampler is taken', () => {
    const { result, notices } = fitted(
      { sampling: { temperature: 0, topP: 1 } },
      { oneSampler: true },
    )
    expect(result.sampling).toEqual({ temperature: 0 })
    expect(notices).toEqual(['top_p: left out; Test takes temperature or top_p but not both'])
  })

  it('is refused out of the model’s range', () => {
    expect(() => fitted({ sampling: { temperature: 1.5 } })).toThrow('got 1.5; Test takes 0 to 1.')
  })
})

describe('the length of an answer', () => {
  it('is bounded and told when nobody bounded it', () => {
    const { maxTokens: _, ...unbounded } = request
    const notices: string[] = []
    const result = fit(unbounded, modelThat({}), [], (text) => notices.push(text))
    expect(result.maxTokens).toBe(2000)
    expect(notices).toEqual(['max_tokens: none given; the answer is bounded at 2000'])
  })

  it('may be all the model has, and no more', () => {
    expect(fitted({ maxTokens: 2000 }).result.maxTokens).toBe(2000)
    expect(() => fitted({ maxTokens: 2001 })).toThrow('got 2001; Test takes 1 to 2000.')
  })
})
