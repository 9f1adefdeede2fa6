/**
 * AI21's Jurassic-2, which Bedrock no longer serves: one prompt, one completion, never streamed.
 * AWS, "AI21 Labs Jurassic-2 models", Amazon Bedrock User Guide.
 */
import type { Model } from '../../lambda/core/model.ts'
import type { Asked, Told } from './answer.ts'
import type { Family } from './family.ts'
import { type Fields, fieldIf, optional, type Shape } from './shapes.ts'
import { tokensOf } from './tokens.ts'
import { malformed, schemaWording } from './wordings.ts'

type Body = {
  readonly prompt: string
  readonly maxTokens?: number
  readonly temperature?: number
  readonly topP?: number
  readonly stopSequences?: readonly string[]
}

const defaultMaxTokens = 200

const boolean = { kind: 'boolean', optional: true } as const

const penalty = (min: number, max: number): Shape => ({
  kind: 'object',
  optional: true,
  fields: {
    scale: { kind: 'number', min, max },
    applyToWhitespaces: boolean,
    applyToPunctuations: boolean,
    applyToNumbers: boolean,
    applyToStopwords: boolean,
    applyToEmojis: boolean,
  },
})

const penalties: Fields = {
  countPenalty: penalty(0, 1),
  presencePenalty: penalty(0, 5),
  frequencyPenalty: penalty(0, 500),
}

const shape = ({ limits, accepts }: Model): Shape => ({
  kind: 'object',
  fields: {
    prompt: { kind: 'string', minLength: 1 },
    maxTokens: { kind: 'number', integer: true, min: 0, max: limits.output, optional: true },
    minTokens: { kind: 'number', integer: true, min: 0, optional: true },
    numResults: { kind: 'number', integer: true, min: 1, max: 16, optional: true },
    ...fieldIf(accepts.temperature, {
      temperature: { kind: 'number', min: 0, max: 1, optional: true },
    }),
    ...fieldIf(accepts.topP, { topP: { kind: 'number', min: 0, max: 1, optional: true } }),
    stopSequences: optional({ kind: 'list', of: { kind: 'string', minLength: 1 } } as const),
    ...penalties,
  },
})

function read(body: Body): Asked {
  const maxTokens = body.maxTokens ?? defaultMaxTokens
  return {
    system: '',
    turns: [{ role: 'user', text: body.prompt }],
    parts: [{ text: body.prompt, tokens: tokensOf(body.prompt) }],
    settings: {
      temperature: body.temperature,
      topP: body.topP,
      max: maxTokens,
      stop: body.stopSequences?.length,
    },
    given: [],
    maxTokens,
    stop: body.stopSequences ?? [],
    thinking: 'never',
    tools: [],
  }
}

/** AI21 lists the tokens of both texts; callers count them. */
const listed = (count: number) =>
  Array.from({ length: count }, (_, index) => ({
    generatedToken: { token: `token${index}`, logprob: 0, raw_logprob: 0 },
    topTokens: null,
    textRange: { start: index * 4, end: index * 4 + 4 },
  }))

const whole = ({ id, text, usage, stopWord, sequence }: Told) => ({
  id,
  prompt: { text: '', tokens: listed(usage.input) },
  completions: [
    {
      data: { text, tokens: listed(usage.output) },
      finishReason: { reason: stopWord, ...(sequence !== undefined && { sequence }) },
    },
  ],
})

export const jurassic: Family = {
  shape,
  wording: schemaWording,
  frame: malformed,
  rules: [],
  tooLong: (tokens, limit) => `Prompt has ${tokens} tokens, but can have at most ${limit} tokens`,
  read,
  endings: { end: 'endoftext', length: 'length', sequence: 'stop' },
  uncounted: true,
  whole,
  stream: () => [],
}
