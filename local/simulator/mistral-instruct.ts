/**
 * Mistral's older instruction models: one prompt, one completion.
 * AWS, "Mistral AI text completion", Amazon Bedrock User Guide.
 */
import type { Model } from '../../lambda/core/model.ts'
import type { Asked, Told } from './answer.ts'
import type { Chunk, Family } from './family.ts'
import { readers } from './prompt-templates.ts'
import { fieldIf, optional, type Shape } from './shapes.ts'
import { piecesOf, tokensOf } from './tokens.ts'
import { malformed, schemaWording } from './wordings.ts'

type Body = {
  readonly prompt: string
  readonly max_tokens?: number
  readonly stop?: readonly string[]
  readonly temperature?: number
  readonly top_p?: number
  readonly top_k?: number
}

const defaultMaxTokens = 512

const shape = ({ limits, accepts }: Model): Shape => ({
  kind: 'object',
  fields: {
    prompt: { kind: 'string', minLength: 1 },
    max_tokens: { kind: 'number', integer: true, min: 1, max: limits.output, optional: true },
    stop: optional({ kind: 'list', of: { kind: 'string', minLength: 1 }, max: 10 } as const),
    ...fieldIf(accepts.temperature, {
      temperature: { kind: 'number', min: 0, max: 1, optional: true },
    }),
    ...fieldIf(accepts.topP, { top_p: { kind: 'number', min: 0, max: 1, optional: true } }),
    ...fieldIf(accepts.topK, {
      top_k: { kind: 'number', integer: true, min: 1, max: 200, optional: true },
    }),
  },
})

function read(body: Body): Asked {
  const { turns, flaws, system } = readers.mistral(body.prompt)
  const maxTokens = body.max_tokens ?? defaultMaxTokens
  return {
    system,
    turns,
    parts: [{ text: body.prompt, tokens: tokensOf(body.prompt) }],
    settings: {
      temperature: body.temperature,
      topP: body.top_p,
      topK: body.top_k,
      max: maxTokens,
      stop: body.stop?.length,
    },
    given: flaws,
    maxTokens,
    stop: body.stop ?? [],
    thinking: 'never',
    tools: [],
  }
}

const outputs = (text: string, stop_reason: string | null) => ({ outputs: [{ text, stop_reason }] })

const whole = ({ text, stopWord }: Told) => outputs(text, stopWord)

const stream = ({ text, stopWord }: Told): readonly Chunk[] => [
  ...piecesOf(text).map((piece) => ({ json: outputs(piece.text, null), tokens: piece.tokens })),
  { json: outputs('', stopWord) },
]

export const mistralInstruct: Family = {
  shape,
  wording: schemaWording,
  frame: malformed,
  rules: [],
  tooLong: (tokens, limit) =>
    `This model's maximum context length is ${limit} tokens. Please reduce the length of the prompt, which has ${tokens}.`,
  read,
  endings: { end: 'stop', length: 'length', sequence: 'stop' },
  whole,
  stream,
}
