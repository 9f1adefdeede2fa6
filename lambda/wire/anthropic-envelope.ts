/** Parts a body of Anthropic's own routes: which model, whether to stream, and what is said. */
import type { Notice } from '../core/contracts.ts'
import type { HttpRequest } from '../core/dialect.ts'
import type { ChatRequest } from '../core/request.ts'
import { flag, need, objectOf, type Place, readFields, word } from './anthropic-fields.ts'
import { type AnthropicReading, readAnthropicRequest, requestFields } from './anthropic-request.ts'
import { type Face, shape } from './schema.ts'

const envelope = { model: word, stream: flag }

export const messagesBody: Face = shape(
  { ...envelope, ...requestFields },
  'model',
  'messages',
  'max_tokens',
)

/** What is only counted need not be bounded. */
export const countBody: Face = shape({ ...envelope, ...requestFields }, 'model', 'messages')

/** Any `anthropic-version` is taken: nothing that is read here differs between them. */
export function readAnthropicBody(
  { body, headers }: HttpRequest,
  notice: Notice,
  reading: AnthropicReading = {},
): ChatRequest {
  const place: Place = { path: '', notice }
  const { model, stream, ...said } = objectOf(body, place)
  const read = readFields({ model: model ?? null, stream: stream ?? null }, place, envelope)
  const betas = betasOf(headers['anthropic-beta'])
  return {
    model: need(read.model, place, 'model', 'the name of a model'),
    ...readAnthropicRequest(said, notice, { ...reading, betas }),
    stream: read.stream ?? false,
  }
}

/** Several headers come as one, their values joined by commas. */
const betasOf = (header = ''): readonly string[] =>
  header
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '')
