/** Which dialect a body was written in, where its route does not say: told by its shape. */
import type { ChatDialect, EmbedDialect, HttpRequest } from '../core/dialect.ts'
import { TollgateError } from '../core/errors.ts'
import type { AnyModel } from '../core/model.ts'
import { kind } from '../wire/shown.ts'
import { anthropicMessages } from './anthropic-messages.ts'
import { openaiChat } from './openai-chat.ts'
import { openaiEmbeddings } from './openai-embeddings.ts'
import { openaiResponses } from './openai-responses.ts'
import { question } from './question.ts'

type Fields = Readonly<Record<string, unknown>>

/** Those that can be told apart. */
export const toldDialects: readonly (ChatDialect | EmbedDialect)[] = [
  question,
  openaiChat,
  openaiResponses,
  anthropicMessages,
  openaiEmbeddings,
]

/** `find` says what a name stands for, as `input` is a text for both kinds of models. */
export function toldByShape(
  { body, headers, template }: HttpRequest,
  find: (model: string) => AnyModel,
): ChatDialect | EmbedDialect {
  if (!isFields(body)) {
    throw new TollgateError('invalid_body', `The body is ${kind(body)}, needs a JSON object.`)
  }
  if (template !== undefined) return openaiChat
  if ('question' in body) return question
  if ('messages' in body) {
    const anthropic = 'anthropic-version' in headers || isAnthropic(body)
    return anthropic ? anthropicMessages : openaiChat
  }
  if ('input' in body) return isEmbedding(body, find) ? openaiEmbeddings : openaiResponses
  const message = 'The body has none of question, messages and input, so it asks nothing.'
  throw new TollgateError('invalid_body', message)
}

const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const isEmbedding = ({ model }: Fields, find: (model: string) => AnyModel): boolean =>
  typeof model === 'string' && find(model).task === 'embed'

/** What OpenAI's chat completions have not. */
const anthropicFields = ['system', 'stop_sequences', 'output_config', 'mcp_servers']
const anthropicBlocks: ReadonlySet<unknown> = new Set([
  'image',
  'document',
  'tool_use',
  'tool_result',
  'thinking',
  'redacted_thinking',
])

const isAnthropic = (body: Fields): boolean =>
  anthropicFields.some((name) => name in body) ||
  listOf(body.tools).some((tool) => 'input_schema' in tool) ||
  listOf(body.messages).some(({ content }) =>
    listOf(content).some(({ type }) => anthropicBlocks.has(type)),
  )

const listOf = (value: unknown): readonly Fields[] =>
  Array.isArray(value) ? value.filter(isFields) : []
