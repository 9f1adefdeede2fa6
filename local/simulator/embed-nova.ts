/**
 * Nova's multimodal embeddings: one input a call, of which the gateway sends texts.
 * AWS, "Complete embeddings request and response schema", Amazon Nova User Guide.
 */
import type { EmbeddingModel } from '../../lambda/core/model.ts'
import type { EmbeddingFamily } from './embeddings.ts'
import { type Fields, optional, type Shape } from './shapes.ts'
import { malformed, schemaWording } from './wordings.ts'

type Body = {
  readonly singleEmbeddingParams: {
    readonly embeddingDimension?: number
    readonly text: { readonly truncationMode: string; readonly value: string }
  }
}

const object = (fields: Fields): Shape => ({ kind: 'object', fields })
const one = (...oneOf: readonly string[]): Shape => ({ kind: 'string', oneOf })

const retrievals = ['GENERIC', 'TEXT', 'IMAGE', 'VIDEO', 'DOCUMENT', 'AUDIO']
const purposes = [
  'GENERIC_INDEX',
  ...retrievals.map((kind) => `${kind}_RETRIEVAL`),
  'CLASSIFICATION',
  'CLUSTERING',
]

/** Inline texts; longer ones come from S3. */
const mostCharacters = 8_192

const shape = object({
  schemaVersion: optional(one('nova-multimodal-embed-v1')),
  taskType: one('SINGLE_EMBEDDING'),
  singleEmbeddingParams: object({
    embeddingPurpose: one(...purposes),
    embeddingDimension: optional({ kind: 'number', integer: true } as const),
    text: object({
      truncationMode: one('START', 'END', 'NONE'),
      value: { kind: 'string', minLength: 1, maxLength: mostCharacters },
    }),
  }),
})

const dimensionOffered = ({ singleEmbeddingParams }: Body, { dimensions }: EmbeddingModel) => {
  const asked = singleEmbeddingParams.embeddingDimension
  return asked === undefined || dimensions.includes(asked)
    ? undefined
    : malformed([
        `#/singleEmbeddingParams/embeddingDimension: ${asked} is not a valid enum value, expected one of: ${dimensions.join(', ')}`,
      ])
}

export const novaEmbed: EmbeddingFamily = {
  shape: () => shape,
  wording: schemaWording,
  frame: malformed,
  rules: [dimensionOffered],
  read: ({ singleEmbeddingParams: { text, embeddingDimension } }: Body, { dimensions }) => ({
    texts: [text.value],
    dimensions: embeddingDimension ?? dimensions[0] ?? 0,
    longest: text.truncationMode === 'NONE' ? 'refused' : 'cut',
  }),
  whole: ({ vectors }) => ({ embeddings: [{ embeddingType: 'TEXT', embedding: vectors[0] }] }),
}
