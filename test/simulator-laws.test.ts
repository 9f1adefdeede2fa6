/** Laws of the simulator: no body makes it fail, and Converse says the same whole and in pieces. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { AnyModel } from '../lambda/core/model.ts'
import { BedrockException } from '../local/simulator/exceptions.ts'
import { type Operation, operate } from '../local/simulator/operations.ts'
import { type JsonRecord, minimalBody } from './simulator-client.ts'
import { chatModel, embeddingModel } from './simulator-models.ts'
import { anyCharacter } from './support/arbitrary.ts'

const nothing = new Set<string>()
const claude = chatModel('anthropic.claude-simulated', 'claude-messages', { thinking: 'budget' })
const chat = chatModel('qwen.simulated', 'openai-chat')
const titan = embeddingModel('amazon.titan-embed-simulated', 'titan-embed-v2', [1_024, 256])
const cohere = embeddingModel('cohere.embed-simulated', 'cohere-embed-v4', [256])

const tool = { name: 'add', inputSchema: { json: { type: 'object' } } }
const conversation: JsonRecord = {
  system: [{ text: 'x' }, { cachePoint: { type: 'default' } }],
  messages: [
    {
      role: 'user',
      content: [{ text: 'x' }, { image: { format: 'png', source: { bytes: 'aGk=' } } }],
    },
    { role: 'assistant', content: [{ toolUse: { toolUseId: 'a', name: 'add', input: {} } }] },
    {
      role: 'user',
      content: [
        { toolResult: { toolUseId: 'a', content: [{ json: {} }], status: 'error' } },
        { document: { format: 'pdf', name: 'a', source: { bytes: 'aGk=' } } },
        { text: 'x' },
      ],
    },
  ],
  toolConfig: { tools: [{ toolSpec: tool }], toolChoice: { auto: {} } },
  inferenceConfig: { maxTokens: 10, stopSequences: ['x'] },
  additionalModelRequestFields: { thinking: { type: 'disabled' } },
  requestMetadata: { a: 'b' },
  outputConfig: { effort: 'low' },
}
const chatBody: JsonRecord = {
  messages: [
    { role: 'user', content: [{ type: 'text', text: 'x' }] },
    {
      role: 'assistant',
      tool_calls: [{ id: 'a', type: 'function', function: { name: 'add', arguments: '{}' } }],
    },
    { role: 'tool', tool_call_id: 'a', content: '3' },
  ],
  tools: [{ type: 'function', function: { name: 'add', parameters: { type: 'object' } } }],
  tool_choice: 'auto',
  response_format: { type: 'json_object' },
}

const cases: readonly (readonly [Operation, AnyModel, JsonRecord])[] = [
  ['Converse', claude, conversation],
  ['ConverseStream', claude, conversation],
  [
    'CountTokens',
    claude,
    {
      input: { converse: { messages: conversation.messages, toolConfig: conversation.toolConfig } },
    },
  ],
  ['InvokeModel', claude, minimalBody(claude, 'x')],
  ['InvokeModelWithResponseStream', chat, chatBody],
  ['InvokeModel', titan, { inputText: 'x', dimensions: 256, embeddingTypes: ['float'] }],
  [
    'InvokeModel',
    cohere,
    { input_type: 'search_query', inputs: [{ content: [{ type: 'text', text: 'x' }] }] },
  ],
]

/** Every place in a value, as the keys that lead to it. */
const placesOf = (value: unknown): readonly (readonly string[])[] => [
  [],
  ...(typeof value === 'object' && value !== null
    ? Object.entries(value).flatMap(([key, inner]) => placesOf(inner).map((rest) => [key, ...rest]))
    : []),
]

function changed(value: unknown, [key, ...rest]: readonly string[], to: unknown): unknown {
  if (key === undefined) return to
  if (Array.isArray(value)) {
    return value.map((item, at) => (String(at) === key ? changed(item, rest, to) : item))
  }
  const record = value as JsonRecord
  return { ...record, [key]: changed(record[key], rest, to) }
}

describe.each(cases)('%s', (operation, model, body) => {
  it('takes its body', () => {
    expect(operate(operation, model, body, nothing).delivery.status).toBe(200)
  })

  it('answers or refuses whatever stands in any place of it', () => {
    const place = fc.constantFrom(...placesOf(body))
    const odd = fc.oneof(
      fc.jsonValue({ stringUnit: anyCharacter }),
      fc.constantFrom('', {}, [], [{}], null, -1, 'x'.repeat(99)),
    )
    fc.assert(
      fc.property(place, odd, function stands(at, value) {
        try {
          operate(operation, model, changed(body, at, value), nothing)
        } catch (thrown) {
          expect(thrown).toBeInstanceOf(BedrockException)
        }
      }),
      { numRuns: 400 },
    )
  })
})

it('Converse says and bills the same whole and in pieces, whatever was asked', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', minLength: 1 }), function same(text) {
      const body = { messages: [{ role: 'user', content: [{ text: `x${text}x` }] }] }
      const whole = operate('Converse', claude, body, nothing).delivery.pieces
      const stream = operate('ConverseStream', claude, body, nothing).delivery.pieces
      const answer = JSON.parse(String(whole[0]?.bytes)) as {
        output: { message: { content: [{ text: string }] } }
      }
      const told = stream.map(function words({ bytes }) {
        const end = bytes.length - 4
        const start = 12 + bytes.readUInt32BE(4)
        const payload = JSON.parse(String(bytes.subarray(start, end)))
        return (payload.delta?.text as string | undefined) ?? ''
      })
      expect(told.join('')).toBe(answer.output.message.content[0].text)
      const tokens = stream.reduce((sum, piece) => sum + piece.tokens, 0)
      expect(tokens).toBe(whole[0]?.tokens)
    }),
    { numRuns: 60 },
  )
})
