/** A user's turn where each result of a tool is a message of its own: chat completions, and Cohere's. */
import type { Notice } from '../core/contracts.ts'
import type { Image, JsonObject, Text, ToolResult } from '../core/conversation.ts'
import { TollgateError } from '../core/errors.ts'
import { isSaid, type Turn } from './turns.ts'

export type Part = Turn['content'][number] | Text

/** In what the families that lay it out so differ. */
export type ToolWords = {
  /** Who takes no documents, as a sentence begins. */
  readonly who: string
  /** What a tool's message says, of the result's text. */
  readonly content: (said: string) => string | readonly JsonObject[]
}

export const isText = (block: Part): block is Text => block.type === 'text'
const isImage = (block: Part): block is Image => block.type === 'image'

export const joined = (texts: readonly Text[]): string => texts.map(({ text }) => text).join('\n')

export function userMessages(
  content: Turn['content'],
  words: ToolWords,
  notice: Notice,
): readonly JsonObject[] {
  const results = content.filter((block) => block.type === 'tool-result')
  const others = content.filter((block) => block.type !== 'tool-result')
  const shown = results.flatMap((result) => shownBeside(result, notice))
  const parts = [...shown, ...others]
  return [
    ...results.map((result) => toolMessage(result, words, notice)),
    ...(parts.length > 0 ? [{ role: 'user', content: userContent(parts, words) }] : []),
  ]
}

/** Text alone goes as one string, which every model's template takes. */
function userContent(parts: readonly Part[], words: ToolWords): string | readonly JsonObject[] {
  return parts.every(isText) ? joined(parts) : parts.map((part) => partFields(part, words))
}

/** Images stand in the request itself, as data URLs. */
function partFields(part: Part, { who }: ToolWords): JsonObject {
  if (isText(part)) return { type: 'text', text: part.text }
  if (isImage(part)) {
    return { type: 'image_url', image_url: { url: `data:${part.mediaType};base64,${part.data}` } }
  }
  const message = `${who} takes text and images; a Claude model takes documents: messages`
  throw new TollgateError('unsupported_parameter', message, { param: 'messages' })
}

/** A result is text here: what else it has is shown right after all results, with its call's id. */
function shownBeside({ callId, content }: ToolResult, notice: Notice): readonly Part[] {
  const others = content.filter((part) => !isText(part))
  if (others.length === 0) return []
  notice('images of a tool result: sent after it, since the model takes results as text')
  return [{ type: 'text', text: `From the result of ${callId}:` }, ...others]
}

function toolMessage(
  { callId, content, failed }: ToolResult,
  words: ToolWords,
  notice: Notice,
): JsonObject {
  const text = joined(content.filter(isText).filter(isSaid))
  if (failed) notice('failed tool result: sent as text that begins with "Error:"')
  const said = failed ? `Error: ${text === '' ? 'the tool failed' : text}` : text
  return { role: 'tool', tool_call_id: callId, content: words.content(said) }
}
