/** Amazon Nova Multimodal Embeddings: one text a call, into the space it shares with images. */
import type { EmbeddingBody } from '../core/contracts.ts'
import type { EmbeddingUse } from '../core/request.ts'
import { answerFields, countOf, fieldsOf } from './answer.ts'
import { saidNovaEmbed } from './said-embeddings.ts'
import { lengthOf, onlyOne, vectorOf } from './vectors.ts'

/** AWS, "Complete embeddings request and response schema". */
const purposes = {
  document: 'GENERIC_INDEX',
  query: 'TEXT_RETRIEVAL',
  classification: 'CLASSIFICATION',
  clustering: 'CLUSTERING',
} as const satisfies Record<EmbeddingUse, string>

export const novaEmbed: EmbeddingBody = {
  id: 'nova-embed',
  parse: saidNovaEmbed,

  /** A text that is too long is an error, rather than silently cut. */
  build(request, inputs, model) {
    const dimension = lengthOf(request, model)
    return {
      taskType: 'SINGLE_EMBEDDING',
      singleEmbeddingParams: {
        embeddingPurpose: purposes[request.use ?? 'document'],
        ...(dimension !== undefined && { embeddingDimension: dimension }),
        text: { truncationMode: 'NONE', value: onlyOne(inputs) },
      },
    }
  },

  read(answer, { input }) {
    const { embeddings, inputTokenCount } = answerFields(answer)
    const first = fieldsOf(Array.isArray(embeddings) ? embeddings[0] : undefined)
    return { vectors: [vectorOf(first?.embedding)], tokens: countOf(inputTokenCount) ?? input }
  },
}
