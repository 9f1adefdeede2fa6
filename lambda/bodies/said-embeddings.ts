/** Reads callers' own bodies for embeddings: which texts, and what their vectors are for. */
import type { EmbeddingUse, EmbedRequest } from '../core/request.ts'
import {
  listOf,
  need,
  oneOf,
  type Reader,
  readFields,
  text,
  within,
  wrong,
} from '../wire/anthropic-fields.ts'
import {
  bound,
  given,
  invokeFields,
  needText,
  steering,
  stops,
  unread,
  whole,
} from './said-fields.ts'

export type SaidEmbedding = Omit<EmbedRequest, 'model' | 'stream'>

const words: Reader<undefined> = (value, place) => void stops(value, place)

const useBy =
  (uses: Readonly<Record<string, EmbeddingUse>>): Reader<EmbeddingUse> =>
  (value, place) => {
    const use = uses[oneOf(...Object.keys(uses))(value, place)]
    return need(use, place, '', 'a use')
  }

/** The second alone takes more than the text; Bedrock tells them apart. */
const titan = {
  ...invokeFields,
  inputText: text,
  dimensions: bound,
  normalize: steering,
  embeddingTypes: words,
}

export function saidTitanEmbed(body: unknown): SaidEmbedding {
  const { inputText, dimensions } = readFields(body, whole, titan)
  return { inputs: [needText(inputText, 'inputText')], ...given({ dimensions }) }
}

/** AWS, "Cohere Embed models"; images are refused, for nobody here could look at them. */
const cohere = {
  ...invokeFields,
  texts: listOf(text, 'a list of strings'),
  input_type: useBy({
    search_document: 'document',
    search_query: 'query',
    classification: 'classification',
    clustering: 'clustering',
  }),
  truncate: unread,
  embedding_types: words,
  output_dimension: bound,
  max_tokens: steering,
}

export function saidCohereEmbed(body: unknown): SaidEmbedding {
  const { texts, input_type: use, output_dimension } = readFields(body, whole, cohere)
  const inputs = need(texts, whole, 'texts', 'a list of strings')
  if (inputs.length === 0) throw wrong(texts, within(whole, 'texts'), 'at least one text')
  return { inputs, ...given({ dimensions: output_dimension, use }) }
}

const novaText = { truncationMode: unread, value: text }

const novaParams = {
  embeddingPurpose: useBy({
    GENERIC_INDEX: 'document',
    GENERIC_RETRIEVAL: 'query',
    TEXT_RETRIEVAL: 'query',
    IMAGE_RETRIEVAL: 'query',
    VIDEO_RETRIEVAL: 'query',
    DOCUMENT_RETRIEVAL: 'query',
    AUDIO_RETRIEVAL: 'query',
    CLASSIFICATION: 'classification',
    CLUSTERING: 'clustering',
  }),
  embeddingDimension: bound,
  text: ((value, place) => readFields(value, place, novaText)) satisfies Reader<unknown>,
}

/** AWS, "Complete embeddings request and response schema". */
const nova = {
  ...invokeFields,
  schemaVersion: unread,
  taskType: oneOf('SINGLE_EMBEDDING'),
  singleEmbeddingParams: ((value, place) =>
    readFields(value, place, novaParams)) satisfies Reader<unknown>,
}

export function saidNovaEmbed(body: unknown): SaidEmbedding {
  const { singleEmbeddingParams } = readFields(body, whole, nova)
  const asked = need(singleEmbeddingParams, whole, 'singleEmbeddingParams', 'an object')
  const value = needText(asked.text?.value, 'singleEmbeddingParams.text.value')
  const { embeddingDimension: dimensions, embeddingPurpose: use } = asked
  return { inputs: [value], ...given({ dimensions, use }) }
}
