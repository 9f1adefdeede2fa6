/** Lays a conversation out as OpenAI's chat completions have it: one message a tool result. */
import type { Notice } from '../core/contracts.ts'
import type { Image, JsonObject, Message, Text, ToolResult } from '../core/conversation.ts'
import { TollgateError } from '../core/errors.ts'
import type { Model } from '../core/model.ts'
import { noCacheHints } from './cache-hints.ts'
import { unthought } from './earlier-thinking.ts'
import { alternating, isSaid, leading, type Turn } from './turns.ts'

type Part = Turn['content'][number] | Text

export function openaiMessages(
  messages: readonly Message[],
  model: Model,
  notice: Notice,
): readonly JsonObject[] {
  const [first, rest] = leading(unthought(messages, notice))
  const hint = noCacheHints(model, notice)
  for (const block of messages.flatMap(({ content }) => content as readonly Part[])) {
    if ('cache' in block) hint(block.cache)
  }
  const system = first.flatMap(({ content }) => content as readonly Text[]).filter(isSaid)
  const turns = alternating(rest, notice)
  return [
    ...(system.length > 0 ? [{ role: 'system', content: joined(system) }] : []),
    ...turns.flatMap((turn) =>
      turn.role === 'user' ? userMessages(turn.content, notice) : [assistantMessage(turn.content)],
    ),
  ]
}

const isText = (block: Part): block is Text => block.type === 'text'
const isImage = (block: Part): block is Image => block.type === 'image'

const joined = (texts: readonly Text[]): string => texts.map(({ text }) => text).join('\n')

function userMessages(content: Turn['content'], notice: Notice): readonly JsonObject[] {
  const results = content.filter((block) => block.type === 'tool-result')
  const others = content.filter((block) => block.type !== 'tool-result')
  const shown = results.flatMap((result) => shownBeside(result, notice))
  const parts = [...shown, ...others]
  return [
    ...results.map((result) => toolMessage(result, notice)),
    ...(parts.length > 0 ? [{ role: 'user', content: userContent(parts) }] : []),
  ]
}

/** Text alone goes as one string, which every model's template takes. */
function userContent(parts: readonly Part[]): string | readonly JsonObject[] {
  return parts.every(isText) ? joined(parts) : parts.map(partFields)
}

function partFields(part: Part): JsonObject {
  if (isText(part)) return { type: 'text', text: part.text }
  if (isImage(part)) {
    return { type: 'image_url', image_url: { url: `data:${part.mediaType};base64,${part.data}` } }
  }
  const message =
    'A chat completion takes text and images; a Claude model takes documents: messages'
  throw new TollgateError('unsupported_parameter', message, { param: 'messages' })
}

/** A result is text here: its images are shown right after all results, with its call's id. */
function shownBeside({ callId, content }: ToolResult, notice: Notice): readonly Part[] {
  const others = content.filter((part) => !isText(part))
  if (others.length === 0) return []
  notice('images of a tool result: sent after it, since the model takes results as text')
  return [{ type: 'text', text: `From the result of ${callId}:` }, ...others]
}

function toolMessage({ callId, content, failed }: ToolResult, notice: Notice): JsonObject {
  const text = joined(content.filter(isText).filter(isSaid))
  if (failed) notice('failed tool result: sent as text that begins with "Error:"')
  const said = failed ? `Error: ${text === '' ? 'the tool failed' : text}` : text
  return { role: 'tool', tool_call_id: callId, content: said }
}

function assistantMessage(content: Turn['content']): JsonObject {
  const text = joined(content.filter(isText))
  const calls = content.flatMap((block) => {
    if (block.type !== 'tool-call') return []
    const { id, name, input } = block
    return [{ id, type: 'function', function: { name, arguments: JSON.stringify(input) } }]
  })
  return {
    role: 'assistant',
    ...((text !== '' || calls.length === 0) && { content: text }),
    ...(calls.length > 0 && { tool_calls: calls }),
  }
}
