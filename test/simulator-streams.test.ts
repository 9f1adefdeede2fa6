/** Streams: each family's own grammar, and the same words and tokens as a whole answer. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { models } from '../lambda/models/index.ts'
import { familyOf } from '../local/simulator/families.ts'
import { invoke } from '../local/simulator/invoke.ts'
import { firstTokens, piecesOf, tokensOf } from '../local/simulator/tokens.ts'
import {
  chunkTexts,
  type JsonRecord,
  minimalBody,
  modelNamed,
  wholeTexts,
} from './simulator-client.ts'
import { anyCharacter } from './support/arbitrary.ts'

const titan = modelNamed('amazon.titan-text-express-v1')
const llama = modelNamed('meta.llama3-3-70b-instruct-v1:0')
const claude2 = modelNamed('anthropic.claude-v2:1')
const sonnet = modelNamed('anthropic.claude-sonnet-5-5')
const nova = modelNamed('amazon.nova-pro-v1:0')

const nothing = new Set<string>()
type Frame = { toString: (encoding: 'latin1') => string }

/** Reads chunks back from the JSON that frames carry in base64. */
function chunksOf(frames: readonly Frame[]): readonly JsonRecord[] {
  return frames.map(function chunk(frame) {
    const [, bytes = ''] = /"bytes":"([^"]*)"/.exec(frame.toString('latin1')) ?? []
    const { 'amazon-bedrock-invocationMetrics': _, ...json } = JSON.parse(
      Buffer.from(bytes, 'base64').toString(),
    ) as JsonRecord
    return json
  })
}

function streamOf(model: typeof nova, body: JsonRecord) {
  const { delivery } = invoke('InvokeModelWithResponseStream', model, body, nothing)
  return chunksOf(delivery.pieces.map(({ bytes }) => bytes))
}

it('every body of the catalogue has a family', () => {
  const invoked = models.map(({ body }) => body).filter(({ via }) => via !== 'converse')
  for (const { id } of invoked) expect([id, familyOf(id)]).toEqual([id, expect.anything()])
})

describe.each([titan, llama, claude2, sonnet, nova])('$id', (model) => {
  it('says and bills the same whole and in pieces, whatever was asked', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', minLength: 1 }), function same(text) {
        const body = minimalBody(model, `x${text}x`)
        const whole = invoke('InvokeModel', model, body, nothing)
        const stream = invoke('InvokeModelWithResponseStream', model, body, nothing)
        const json = JSON.parse(String(whole.delivery.pieces[0]?.bytes)) as JsonRecord
        const told = chunksOf(stream.delivery.pieces.map(({ bytes }) => bytes))
        const read = chunkTexts[model.body.id]
        expect(told.map((chunk) => read?.(chunk) ?? '').join('')).toBe(
          wholeTexts[model.body.id]?.(json),
        )
        const tokens = stream.delivery.pieces.reduce((sum, piece) => sum + piece.tokens, 0)
        expect(tokens).toBe(whole.told.usage.output)
      }),
      { numRuns: 40 },
    )
  })
})

it('pieces are the text again, and so are their tokens', () => {
  fc.assert(
    fc.property(fc.string({ unit: anyCharacter }), (text) => {
      const pieces = piecesOf(text)
      expect(pieces.map((piece) => piece.text).join('')).toBe(text)
      expect(pieces.reduce((sum, { tokens }) => sum + tokens, 0)).toBe(tokensOf(text))
    }),
  )
})

it('a text that is cut short never ends in half a character', () => {
  fc.assert(
    fc.property(fc.string({ unit: anyCharacter }), fc.nat(20), (text, tokens) => {
      const cut = firstTokens(text.toWellFormed(), tokens)
      expect(cut.isWellFormed()).toBe(true)
      expect(tokensOf(cut)).toBeLessThanOrEqual(tokens)
    }),
  )
})

it('Titan', () => {
  const chunks = streamOf(titan, { inputText: '[[simulate:say]]one two three four' })
  expect(chunks).toEqual([
    {
      outputText: 'one two three ',
      index: 0,
      totalOutputTextTokenCount: 4,
      completionReason: null,
      inputTextTokenCount: 9,
    },
    {
      outputText: 'four',
      index: 0,
      totalOutputTextTokenCount: 5,
      completionReason: 'FINISHED',
      inputTextTokenCount: null,
    },
  ])
})

it('Llama', () => {
  const body = minimalBody(llama, '[[simulate:say]]one two three four')
  const [first, second, last] = streamOf(llama, body)
  expect(first).toMatchObject({ generation: 'one two three ', stop_reason: null })
  expect(first?.prompt_token_count).toBeGreaterThan(9)
  expect(second).toMatchObject({ generation: 'four', prompt_token_count: null })
  expect(last).toEqual({
    generation: '',
    prompt_token_count: null,
    generation_token_count: 5,
    stop_reason: 'stop',
  })
})

it('Claude’s text completions', () => {
  const chunks = streamOf(claude2, minimalBody(claude2, '[[simulate:say]]one two three four'))
  const type = 'completion'
  expect(chunks).toEqual([
    { type, completion: 'one two three ', stop_reason: null, stop: null },
    { type, completion: 'four', stop_reason: null, stop: null },
    { type, completion: '', stop_reason: 'stop_sequence', stop: '\n\nHuman:' },
  ])
})

it('Claude’s Messages, thinking before a tool call', () => {
  const schema = { type: 'object', properties: { city: { type: 'string' } } }
  const chunks = streamOf(sonnet, {
    ...minimalBody(sonnet, '[[simulate:tool-call]] How warm is it?'),
    thinking: { type: 'adaptive' },
    tools: [{ name: 'get_weather', input_schema: schema }],
  })
  const types = chunks.map(({ type, index, content_block: block, delta }) =>
    [type, index, (block as JsonRecord)?.type ?? (delta as JsonRecord)?.type].filter(
      (each) => each !== undefined,
    ),
  )
  const distinct = types.filter((each, at) => `${each}` !== `${types[at - 1]}`)
  expect(distinct).toEqual([
    ['message_start'],
    ['content_block_start', 0, 'thinking'],
    ['ping'],
    ['content_block_delta', 0, 'thinking_delta'],
    ['content_block_delta', 0, 'signature_delta'],
    ['content_block_stop', 0],
    ['content_block_start', 1, 'text'],
    ['content_block_delta', 1, 'text_delta'],
    ['content_block_stop', 1],
    ['content_block_start', 2, 'tool_use'],
    ['content_block_delta', 2, 'input_json_delta'],
    ['content_block_stop', 2],
    ['message_delta'],
    ['message_stop'],
  ])
  expect(chunks[0]).toMatchObject({
    message: { type: 'message', role: 'assistant', content: [], stop_reason: null },
  })
  const input = chunks.map(({ delta }) => (delta as JsonRecord)?.partial_json ?? '').join('')
  expect(JSON.parse(input)).toEqual({ city: 'simulated' })
  expect(chunks.at(-2)).toMatchObject({ delta: { stop_reason: 'tool_use', stop_sequence: null } })
})

it('Nova, thinking, calling a tool or filtered', () => {
  const keys = (chunks: readonly JsonRecord[]) => {
    const all = chunks.map((chunk) => Object.keys(chunk).join())
    return all.filter((each, at) => each !== all[at - 1])
  }
  const inputSchema = { json: { type: 'object' } }
  const called = streamOf(nova, {
    ...minimalBody(nova, '[[simulate:tool-call]]'),
    toolConfig: { tools: [{ toolSpec: { name: 'get_weather', inputSchema } }] },
  })
  expect(keys(called)).toEqual([
    'messageStart',
    'contentBlockDelta',
    'contentBlockStop',
    'contentBlockStart',
    'contentBlockDelta',
    'contentBlockStop',
    'messageStop',
    'metadata',
  ])
  expect(called.at(-2)).toEqual({ messageStop: { stopReason: 'tool_use' } })
  const thought = streamOf(nova, minimalBody(nova, '[[simulate:thinking]]'))
  expect(thought[1]).toEqual({
    contentBlockDelta: {
      delta: { reasoningContent: { text: 'Simulated thinking about ' } },
      contentBlockIndex: 0,
    },
  })
  const filtered = streamOf(nova, minimalBody(nova, '[[simulate:filtered]]'))
  expect(filtered.at(-2)).toEqual({ messageStop: { stopReason: 'content_filtered' } })
})
