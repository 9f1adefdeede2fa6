/** OpenAI's Embeddings API: a vector for each text, in the order of the texts. */
import type { AnswerFacts, EmbedDialect } from '../core/dialect.ts'
import { errorBody } from '../core/error-body.ts'
import type { Reply } from '../core/reply.ts'
import type { EmbeddingUse } from '../core/request.ts'
import {
  anyText,
  isRecord,
  leftOut,
  missing,
  object,
  oneOf,
  type Reader,
  unsupported,
  wholeNumber,
  words,
  wrong,
} from '../wire/openai-fields.ts'
import { either, faced, listFace, needing, wordString } from '../wire/schema.ts'

/** OpenAI, "Create embeddings": the longest list of inputs. */
const mostInputs = 2048

const needs = `a non-empty string, or a list of 1 to ${mostInputs} of them`

const inputs: Reader<readonly string[]> = faced(
  either(wordString, listFace(words, { minItems: 1, maxItems: mostInputs })),
  (value, place) => {
    const list: readonly unknown[] = Array.isArray(value) ? value : [value]
    if (list.length > mostInputs) throw wrong(place, `${list.length} texts`, needs)
    if (list.length === 0) throw wrong(place, value, needs)
    return list.map((item, index) => {
      if (typeof item === 'string' && item.trim() !== '') return item
      const at = Array.isArray(value) ? { ...place, path: `${place.path}[${index}]` } : place
      const tokens = Array.isArray(value) && (typeof item === 'number' || Array.isArray(item))
      if (tokens)
        throw unsupported(place, 'holds tokens, which differ from model to model; send text')
      throw wrong(at, item, 'a non-empty string')
    })
  },
)

/** Cohere's word for it, which OpenAI's API has not; clients send it as an extra field. */
const uses = {
  search_document: 'document',
  search_query: 'query',
  document: 'document',
  query: 'query',
  classification: 'classification',
  clustering: 'clustering',
} as const satisfies Record<string, EmbeddingUse>

const encodings = {
  float: (vector: readonly number[]) => vector,
  base64: littleEndianFloats,
} as const

const body = object({
  model: words,
  input: inputs,
  dimensions: wholeNumber(1),
  encoding_format: oneOf({ float: 'float', base64: 'base64' }),
  input_type: oneOf(uses),
  user: leftOut(anyText, 'it is not passed on to the model'),
})

export const openaiEmbeddings: EmbedDialect = {
  task: 'embed',
  id: 'openai-embeddings',
  routes: [{ method: 'POST', path: '/v1/embeddings' }],

  parse: faced(needing(body, 'model', 'input'), (request, notice) => {
    const place = { path: '', notice }
    const { model, input, dimensions, input_type } = body(request.body, place)
    if (model === undefined) throw missing(place, 'model', 'the name of a model')
    if (input === undefined) throw missing(place, 'input', needs)
    return {
      model,
      inputs: input,
      ...(dimensions !== undefined && { dimensions }),
      ...(input_type !== undefined && { use: input_type }),
      stream: false,
    }
  }),

  format: (reply, facts, request) => json(embeddingList(reply, facts, encodingOf(request.body))),
  formatError: (error, requestId) => json(errorBody(error, requestId)),
}

const encodingOf = (asked: unknown) =>
  isRecord(asked) && asked.encoding_format === 'base64' ? encodings.base64 : encodings.float

function embeddingList(
  { content, usage }: Reply,
  facts: AnswerFacts,
  encode: (vector: readonly number[]) => unknown,
) {
  const vectors = content.flatMap((block) => (block.type === 'embedding' ? [block.vector] : []))
  const tokens = usage.input
  return {
    object: 'list',
    data: vectors.map((vector, index) => ({
      object: 'embedding',
      index,
      embedding: encode(vector),
    })),
    model: facts.asked,
    usage: { prompt_tokens: tokens, total_tokens: tokens, cost_usd: facts.costUsd(usage) },
  }
}

/** OpenAI's SDKs read base64 as little-endian 32-bit floats, whatever machine they run on. */
function littleEndianFloats(vector: readonly number[]): string {
  const bytes = Buffer.allocUnsafe(vector.length * 4)
  for (const [index, value] of vector.entries()) bytes.writeFloatLE(value, index * 4)
  return bytes.toString('base64')
}

const json = (value: unknown) => ({
  contentType: 'application/json',
  body: `${JSON.stringify(value)}\n`,
})
