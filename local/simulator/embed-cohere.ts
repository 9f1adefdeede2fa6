/**
 * Cohere's embeddings, up to 96 texts a call.
 * AWS, "Cohere Embed v3" and "Cohere Embed v4", Amazon Bedrock User Guide.
 */
import type { EmbeddingModel } from '../../lambda/core/model.ts'
import type { Embedded, EmbeddingFamily } from './embeddings.ts'
import { type Fields, optional, type Shape } from './shapes.ts'
import { type EmbeddingType, embeddingTypes } from './vectors.ts'
import { malformed, schemaWording } from './wordings.ts'

type Input = {
  readonly content: readonly {
    readonly type: string
    readonly text?: string
    readonly image_url?: unknown
  }[]
}

type Body = {
  readonly texts?: readonly string[]
  readonly images?: readonly string[]
  readonly inputs?: readonly Input[]
  readonly embedding_types?: readonly EmbeddingType[]
  readonly output_dimension?: number
  readonly truncate?: string
}

const mostTexts = 96
const object = (fields: Fields): Shape => ({ kind: 'object', fields })
const one = (...oneOf: readonly string[]): Shape => ({ kind: 'string', oneOf })
const uses = ['search_document', 'search_query', 'classification', 'clustering']
const dataUrl: Shape = { kind: 'string', pattern: /^data:image\/[a-z]+;base64,/ }

const types: Shape = { kind: 'list', of: one(...Object.keys(embeddingTypes)), min: 1 }

const shape3 = object({
  input_type: one(...uses, 'image'),
  texts: optional({
    kind: 'list',
    of: { kind: 'string', minLength: 1, maxLength: 2_048 },
    min: 1,
    max: mostTexts,
  } as const),
  images: optional({ kind: 'list', of: dataUrl, min: 1, max: 1 } as const),
  truncate: optional(one('NONE', 'START', 'END')),
  embedding_types: optional(types),
})

const part: Shape = {
  kind: 'tagged',
  by: 'type',
  kinds: {
    text: object({ type: { kind: 'string' }, text: { kind: 'string', minLength: 1 } }),
    image_url: object({ type: { kind: 'string' }, image_url: { kind: 'any' } }),
  },
}

const shape4 = object({
  input_type: one(...uses),
  texts: optional({
    kind: 'list',
    of: { kind: 'string', minLength: 1 },
    min: 1,
    max: mostTexts,
  } as const),
  images: optional({ kind: 'list', of: dataUrl, min: 1, max: mostTexts } as const),
  inputs: optional({
    kind: 'list',
    of: object({ content: { kind: 'list', of: part, min: 1 } }),
    min: 1,
    max: mostTexts,
  } as const),
  embedding_types: optional(types),
  output_dimension: optional({ kind: 'number', integer: true } as const),
  max_tokens: optional({ kind: 'number', integer: true, min: 1, max: 128_000 } as const),
  truncate: optional(one('NONE', 'LEFT', 'RIGHT')),
})

const oneKind = ({ texts, images, inputs }: Body) =>
  [texts, images, inputs].filter((given) => given !== undefined).length === 1
    ? undefined
    : 'Exactly one of texts, images or inputs must be given.'

const dimensionOffered = ({ output_dimension: asked }: Body, { dimensions }: EmbeddingModel) =>
  asked === undefined || dimensions.includes(asked)
    ? undefined
    : malformed([
        `#/output_dimension: ${asked} is not a valid enum value, expected one of: ${dimensions.join(', ')}`,
      ])

function read({ texts, images, inputs, ...body }: Body, { dimensions }: EmbeddingModel) {
  const mixed = (inputs ?? []).map(({ content }) =>
    content.map(({ text, image_url: image }) => text ?? JSON.stringify(image)).join('\n'),
  )
  const { output_dimension, truncate = 'NONE' } = body
  return {
    texts: texts ?? images ?? mixed,
    dimensions: output_dimension ?? dimensions[0] ?? 0,
    longest: truncate === 'NONE' ? ('refused' as const) : ('cut' as const),
  }
}

/** Without types asked for, vectors come bare; with them, by type. */
function whole({ id, vectors }: Embedded, { embedding_types: wanted, texts }: Body) {
  const named = { id, ...(texts !== undefined && { texts: texts.map(lowered) }) }
  if (wanted === undefined) {
    return { ...named, embeddings: vectors, response_type: 'embeddings_floats' }
  }
  const entries = wanted.map((type) => [type, vectors.map(embeddingTypes[type])])
  return {
    ...named,
    embeddings: Object.fromEntries(entries),
    response_type: 'embeddings_by_type',
  }
}

/** Cohere tells texts back as its model reads them. */
const lowered = (text: string): string => text.toLowerCase()

const family = { wording: schemaWording, frame: malformed, read, whole } as const

export const cohere3: EmbeddingFamily = { ...family, shape: () => shape3, rules: [oneKind] }

export const cohere4: EmbeddingFamily = {
  ...family,
  shape: () => shape4,
  rules: [oneKind, dimensionOffered],
}
