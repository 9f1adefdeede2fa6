/** What embedding bodies share: the length asked for, and vectors that are looked at before use. */
import type { Notice } from '../core/contracts.ts'
import { TollgateError } from '../core/errors.ts'
import type { EmbeddingModel } from '../core/model.ts'
import type { EmbedRequest } from '../core/request.ts'
import { malformed } from './answer.ts'

/** `undefined` where the model's own default is meant. */
export function lengthOf(
  { dimensions }: EmbedRequest,
  { name, dimensions: known }: EmbeddingModel,
): number | undefined {
  if (dimensions === undefined || known.includes(dimensions)) return dimensions
  const message = `dimensions: got ${dimensions}; ${name} gives ${known.join(', ')}.`
  throw new TollgateError('unsupported_parameter', message, { param: 'dimensions' })
}

export function noUse({ use }: EmbedRequest, { name }: EmbeddingModel, notice: Notice): void {
  if (use !== undefined) notice(`input_type: left out; ${name} makes no difference of it`)
}

/** For families that take one text a call. */
export function onlyOne(inputs: readonly string[]): string {
  const [input] = inputs
  if (input !== undefined && inputs.length === 1) return input
  throw new Error(`one text a call, not ${inputs.length}`)
}

export function vectorOf(value: unknown): readonly number[] {
  const numbers = Array.isArray(value) && value.length > 0 && value.every(Number.isFinite)
  if (!numbers) throw malformed('an embedding that is not a list of numbers')
  return value as readonly number[]
}

export function vectorsOf(value: unknown): readonly (readonly number[])[] {
  if (!Array.isArray(value) || value.length === 0) throw malformed('no embeddings')
  return value.map(vectorOf)
}
