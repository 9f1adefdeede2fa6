/** Amazon Titan Text Embeddings 1 and 2: one text a call; only the second has a choice of length. */
import type { EmbeddingBody, ReportedUsage } from '../core/contracts.ts'
import { answerFields, countOf } from './answer.ts'
import { saidTitanEmbed } from './said-embeddings.ts'
import { lengthOf, noUse, onlyOne, vectorOf } from './vectors.ts'

function read(answer: unknown, reported: ReportedUsage) {
  const { embedding, inputTextTokenCount } = answerFields(answer)
  return { vectors: [vectorOf(embedding)], tokens: countOf(inputTextTokenCount) ?? reported.input }
}

export const titanEmbed1: EmbeddingBody = {
  id: 'titan-embed-v1',
  parse: saidTitanEmbed,
  build(request, inputs, model, notice) {
    lengthOf(request, model)
    noUse(request, model, notice)
    return { inputText: onlyOne(inputs) }
  },
  read,
}

/** Normalised, as by default: OpenAI's embeddings are too, and callers compare by dot product. */
export const titanEmbed2: EmbeddingBody = {
  id: 'titan-embed-v2',
  parse: saidTitanEmbed,
  build(request, inputs, model, notice) {
    const dimensions = lengthOf(request, model)
    noUse(request, model, notice)
    return {
      inputText: onlyOne(inputs),
      ...(dimensions !== undefined && { dimensions }),
      normalize: true,
    }
  },
  read,
}
