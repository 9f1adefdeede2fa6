/**
 * The text completions of Claude 2 and Instant.
 * AWS, "Anthropic Claude Text Completions API", Amazon Bedrock User Guide.
 */
import type { Model } from '../../lambda/core/model.ts'
import type { Asked, Told, Turn } from './answer.ts'
import type { Chunk, Family, Rule } from './family.ts'
import { optional, type Shape } from './shapes.ts'
import { piecesOf, tokensOf } from './tokens.ts'
import { malformed, schemaWording } from './wordings.ts'

type Body = {
  readonly prompt: string
  readonly max_tokens_to_sample: number
  readonly temperature?: number
  readonly top_p?: number
  readonly top_k?: number
  readonly stop_sequences?: readonly string[]
}

/** Where the model stops by itself: the human's next turn. */
const turnMark = '\n\nHuman:'

const shape = ({ limits, accepts }: Model): Shape => ({
  kind: 'object',
  fields: {
    prompt: { kind: 'string', minLength: 1 },
    max_tokens_to_sample: { kind: 'number', integer: true, min: 1, max: limits.output },
    temperature: { kind: 'number', min: 0, max: 1, optional: true },
    top_p: { kind: 'number', min: 0, max: 1, optional: true },
    top_k: { kind: 'number', integer: true, min: 0, max: 500, optional: true },
    stop_sequences: optional({ kind: 'list', of: { kind: 'string' }, max: accepts.stopSequences }),
    anthropic_version: { kind: 'string', oneOf: ['bedrock-2023-05-31'], optional: true },
  },
})

/** Claude 2.1 brought a system prompt: what stands before the first turn. */
const turnsInPlace: Rule = ({ prompt }: Body, { accepts }) => {
  const starts = accepts.system ? prompt.includes(turnMark) : prompt.startsWith(turnMark)
  const lastTurn = prompt.lastIndexOf('\n\nAssistant:')
  const ends = lastTurn > prompt.lastIndexOf(turnMark)
  if (starts && ends) return undefined
  const after = accepts.system ? ' after an optional system prompt' : ''
  return starts
    ? 'Invalid prompt: prompt must end with "\n\nAssistant:" turn'
    : `Invalid prompt: prompt must start with "\n\nHuman:" turn${after}`
}

function read(body: Body): Asked {
  const { system, turns } = readDialogue(body.prompt)
  const maxTokens = body.max_tokens_to_sample
  return {
    system,
    turns,
    parts: [{ text: body.prompt, tokens: tokensOf(body.prompt) }],
    settings: {
      temperature: body.temperature,
      topP: body.top_p,
      topK: body.top_k,
      max: maxTokens,
      stop: body.stop_sequences?.length,
    },
    given: [],
    maxTokens,
    stop: [...(body.stop_sequences ?? []), turnMark],
    thinking: 'never',
    tools: [],
  }
}

function readDialogue(prompt: string): { system: string; turns: readonly Turn[] } {
  const [before = '', ...spoken] = prompt.split(/\n\n(Human|Assistant):/)
  const turns = spoken.flatMap(function turn(speaker, index): Turn[] {
    if (index % 2 === 1) return []
    const text = (spoken[index + 1] ?? '').trim()
    const role = speaker === 'Human' ? 'user' : 'assistant'
    const isOpenTurn = role === 'assistant' && text === '' && index === spoken.length - 2
    return isOpenTurn ? [] : [{ role, text }]
  })
  return { system: before.trim(), turns }
}

/** Its own end counts as a stop sequence: it was about to write the human's turn. */
const stopOf = ({ ending, sequence }: Told) => (ending === 'length' ? null : (sequence ?? turnMark))

const whole = (told: Told) => ({
  type: 'completion',
  completion: told.text,
  stop_reason: told.stopWord,
  stop: stopOf(told),
})

function stream(told: Told): readonly Chunk[] {
  const spoken = piecesOf(told.text).map(({ text, tokens }) => ({
    json: { type: 'completion', completion: text, stop_reason: null, stop: null },
    tokens,
  }))
  const last = { ...whole(told), completion: '' }
  return [...spoken, { json: last }]
}

export const claudeText: Family = {
  shape,
  wording: schemaWording,
  frame: malformed,
  rules: [turnsInPlace],
  tooLong: (tokens, limit) => `prompt is too long: ${tokens} tokens > ${limit} maximum`,
  read,
  endings: { end: 'stop_sequence', length: 'max_tokens', sequence: 'stop_sequence' },
  whole,
  stream,
}
