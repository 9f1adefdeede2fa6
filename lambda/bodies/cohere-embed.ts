/** Cohere Embed 3 and 4: up to 96 texts a call, and what they are for. */
import type { EmbeddingBody } from '../core/contracts.ts'
import type { JsonObject } from '../core/conversation.ts'
import type { EmbeddingUse, EmbedRequest } from '../core/request.ts'
import { answerFields, fieldsOf } from './answer.ts'
import { saidCohereEmbed } from './said-embeddings.ts'
import { lengthOf, vectorsOf } from './vectors.ts'

const inputTypes = {
  document: 'search_document',
  query: 'search_query',
  classification: 'classification',
  clustering: 'clustering',
} as const satisfies Record<EmbeddingUse, string>

/** The model insists on a use. A text that is too long is an error, rather than silently cut. */
const asked = ({ use }: EmbedRequest, texts: readonly string[]): JsonObject => ({
  texts,
  input_type: inputTypes[use ?? 'document'],
  truncate: 'NONE',
})

/** The body has no count of tokens: Bedrock's own, beside it, is all there is. */
export const cohereEmbed3: EmbeddingBody = {
  id: 'cohere-embed-v3',
  parse: saidCohereEmbed,
  build(request, inputs, model) {
    lengthOf(request, model)
    return asked(request, inputs)
  },
  read: (answer, { input }) => ({
    vectors: vectorsOf(answerFields(answer).embeddings),
    tokens: input,
  }),
}

export const cohereEmbed4: EmbeddingBody = {
  id: 'cohere-embed-v4',
  parse: saidCohereEmbed,
  build(request, inputs, model) {
    const dimensions = lengthOf(request, model)
    return {
      ...asked(request, inputs),
      embedding_types: ['float'],
      ...(dimensions !== undefined && { output_dimension: dimensions }),
    }
  },
  read(answer, { input }) {
    const { embeddings } = answerFields(answer)
    return { vectors: vectorsOf(fieldsOf(embeddings)?.float), tokens: input }
  },
}
