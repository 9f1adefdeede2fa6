/** OpenAI's embeddings, and those of servers that speak like it: several texts a call. */
import type { EmbeddingBody } from '../core/contracts.ts'
import type { Fields } from './answer.ts'
import { answerFields, countOf, fieldsOf, malformed, need } from './answer.ts'
import { lengthOf, noUse, vectorOf } from './vectors.ts'

/**
 * `dimensions` is sent only where it differs from the model's own length: models without a choice
 * refuse the field, whatever it says (OpenAI, text-embedding-ada-002).
 */
const embeddings = (id: string, dimensionsName: string): EmbeddingBody => ({
  id,
  build(request, inputs, model, notice) {
    const dimensions = lengthOf(request, model)
    noUse(request, model, notice)
    const other = dimensions !== undefined && dimensions !== model.dimensions[0]
    return {
      input: inputs,
      encoding_format: 'float',
      ...(other && { [dimensionsName]: dimensions }),
    }
  },
  read(answer) {
    const { data, usage } = answerFields(answer)
    if (!Array.isArray(data) || data.length === 0) throw malformed('no embeddings')
    const rows = data.map((row, at) => rowOf(row, at))
    const vectors = rows.toSorted((one, other) => one.index - other.index)
    return {
      vectors: vectors.map(({ vector }) => vector),
      tokens: countOf(fieldsOf(usage)?.prompt_tokens),
    }
  },
})

function rowOf(row: unknown, at: number) {
  const { index, embedding }: Fields = need(fieldsOf(row), 'no embedding')
  return { index: countOf(index) ?? at, vector: vectorOf(embedding) }
}

export const openaiEmbed = embeddings('openai-embeddings', 'dimensions')

/** Mistral, "Embeddings": the length has a name of its own. */
export const mistralEmbed = embeddings('mistral-embeddings', 'output_dimension')

export const embeddingBodyFor = (url: string): EmbeddingBody =>
  /(^|\.)mistral\.ai$/.test(URL.parse(url)?.hostname ?? '') ? mistralEmbed : openaiEmbed
