/** Compares a request for vectors with a model's facts. */
import { TollgateError } from './errors.ts'
import type { EmbeddingModel } from './model.ts'
import type { EmbedRequest } from './request.ts'

export function fitEmbedding(
  request: EmbedRequest,
  { name, dimensions }: EmbeddingModel,
): EmbedRequest {
  const { dimensions: asked } = request
  if (asked === undefined || dimensions.includes(asked)) return request
  const message = `dimensions: got ${asked}; ${name} makes vectors of ${dimensions.join(', ')}.`
  throw new TollgateError('invalid_body', message, { param: 'dimensions' })
}
