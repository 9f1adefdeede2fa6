/**
 * Amazon Titan's text embeddings: one text a call.
 * AWS, "Amazon Titan Embeddings Text", Amazon Bedrock User Guide.
 */
import type { EmbeddingModel } from '../../lambda/core/model.ts'
import type { Embedded, EmbeddingFamily } from './embeddings.ts'
import { type Fields, optional, type Shape } from './shapes.ts'
import { embeddingTypes } from './vectors.ts'
import { malformed, schemaWording } from './wordings.ts'

type Body = {
  readonly inputText: string
  readonly dimensions?: number
  readonly normalize?: boolean
  readonly embeddingTypes?: readonly ('float' | 'binary')[]
}

/** AWS, "Amazon Titan Text Embeddings models": 8,192 tokens or 50,000 characters. */
const inputText: Shape = { kind: 'string', minLength: 1, maxLength: 50_000 }
const object = (fields: Fields): Shape => ({ kind: 'object', fields })

const read = ({ inputText, dimensions }: Body, model: EmbeddingModel) => ({
  texts: [inputText],
  dimensions: dimensions ?? model.dimensions[0] ?? 0,
  longest: 'refused' as const,
})

const words = { wording: schemaWording, frame: malformed } as const

export const titanEmbed1: EmbeddingFamily = {
  ...words,
  shape: () => object({ inputText }),
  rules: [],
  read,
  whole: ({ vectors, tokens }) => ({ embedding: vectors[0], inputTextTokenCount: tokens }),
}

const dimensionsOffered = ({ dimensions }: Body, model: EmbeddingModel) =>
  dimensions === undefined || model.dimensions.includes(dimensions)
    ? undefined
    : malformed([
        `#/dimensions: ${dimensions} is not a valid enum value, expected one of: ${model.dimensions.join(', ')}`,
      ])

/** Numbers that are not made to length one keep some other length. */
const rawLength = 2

function whole({ vectors, tokens }: Embedded, { normalize = true, embeddingTypes: types }: Body) {
  const [unit = []] = vectors
  const vector = normalize ? unit : unit.map((number) => number * rawLength)
  const wanted = types ?? ['float']
  const entries = wanted.map((type) => [type, typed(vector, type)])
  return {
    ...(wanted.includes('float') && { embedding: vector }),
    embeddingsByType: Object.fromEntries(entries),
    inputTextTokenCount: tokens,
  }
}

/** Titan's binary is one number a sign, not eight. */
const typed = (vector: readonly number[], type: 'float' | 'binary') =>
  type === 'float'
    ? embeddingTypes.float(vector)
    : vector.map((number): number => (number > 0 ? 1 : 0))

export const titanEmbed2: EmbeddingFamily = {
  ...words,
  shape: () =>
    object({
      inputText,
      dimensions: optional({ kind: 'number', integer: true } as const),
      normalize: optional({ kind: 'boolean' } as const),
      embeddingTypes: optional({
        kind: 'list',
        of: { kind: 'string', oneOf: ['float', 'binary'] },
        min: 1,
      } as const),
    }),
  rules: [dimensionsOffered],
  read,
  whole,
}
