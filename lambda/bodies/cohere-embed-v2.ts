/** Cohere's embeddings, version 2 of its API: as on Bedrock, and with a count of tokens. */
import type { EmbeddingBody } from '../core/contracts.ts'
import { answerFields, fieldsOf } from './answer.ts'
import { cohereEmbed4 } from './cohere-embed.ts'
import { billedInput } from './cohere-reply.ts'
import { lengthOf, vectorsOf } from './vectors.ts'

/** Cohere, "Embed": `output_dimension` is for Embed 4 and newer, which have several lengths. */
export const cohereEmbedV2: EmbeddingBody = {
  id: 'cohere-embed-v2',
  build(request, inputs, model, notice) {
    lengthOf(request, model)
    const { dimensions: _, ...bare } = request
    const asked = model.dimensions.length > 1 ? request : bare
    return cohereEmbed4.build(asked, inputs, model, notice)
  },
  read(answer, { input }) {
    const { embeddings, meta } = answerFields(answer)
    return {
      vectors: vectorsOf(fieldsOf(embeddings)?.float),
      tokens: billedInput(fieldsOf(meta) ?? {}) ?? input,
    }
  },
}
