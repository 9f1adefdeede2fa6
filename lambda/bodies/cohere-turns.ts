/** Lays a conversation out as Cohere's Chat API v2 has it: one message a tool result. */
import type { Notice } from '../core/contracts.ts'
import type {
  AssistantBlock,
  Image,
  JsonObject,
  Message,
  Text,
  ToolResult,
} from '../core/conversation.ts'
import { TollgateError } from '../core/errors.ts'
import type { Model } from '../core/model.ts'
import { noCacheHints } from './cache-hints.ts'
import { alternating, isSaid, leading, type Turn } from './turns.ts'

type Part = Turn['content'][number] | Text

/** Cohere, "Errors": "system turn must be the first in the list". */
export function cohereMessages(
  messages: readonly Message[],
  model: Model,
  notice: Notice,
): readonly JsonObject[] {
  const [first, rest] = leading(messages)
  const hint = noCacheHints(model, notice)
  for (const block of messages.flatMap(({ content }) => content as readonly Part[])) {
    if ('cache' in block) hint(block.cache)
  }
  const system = first.flatMap(({ content }) => content as readonly Text[]).filter(isSaid)
  return [
    ...(system.length > 0 ? [{ role: 'system', content: joined(system) }] : []),
    ...alternating(rest, notice).flatMap((turn) =>
      turn.role === 'user'
        ? userMessages(turn.content, notice)
        : assistantMessages(turn.content, model, notice),
    ),
  ]
}

const isText = (block: Part): block is Text => block.type === 'text'
const isImage = (block: Part): block is Image => block.type === 'image'

const joined = (texts: readonly Text[]): string => texts.map(({ text }) => text).join('\n')

function userMessages(content: Turn['content'], notice: Notice): readonly JsonObject[] {
  const results = content.filter((block) => block.type === 'tool-result')
  const others = content.filter((block) => block.type !== 'tool-result')
  const parts = [...results.flatMap((result) => shownBeside(result, notice)), ...others]
  return [
    ...results.map((result) => toolMessage(result, notice)),
    ...(parts.length > 0 ? [{ role: 'user', content: userContent(parts) }] : []),
  ]
}

const userContent = (parts: readonly Part[]): string | readonly JsonObject[] =>
  parts.every(isText) ? joined(parts) : parts.map(partFields)

/** Cohere, "Image Inputs": in the request itself, as a data URL. */
function partFields(part: Part): JsonObject {
  if (isText(part)) return { type: 'text', text: part.text }
  if (isImage(part)) {
    return { type: 'image_url', image_url: { url: `data:${part.mediaType};base64,${part.data}` } }
  }
  const message = 'Cohere takes text and images; a Claude model takes documents: messages'
  throw new TollgateError('unsupported_parameter', message, { param: 'messages' })
}

/** A result is text here: what else it has is shown right after all results, with its call's id. */
function shownBeside({ callId, content }: ToolResult, notice: Notice): readonly Part[] {
  const others = content.filter((part) => !isText(part))
  if (others.length === 0) return []
  notice('images of a tool result: sent after it, since the model takes results as text')
  return [{ type: 'text', text: `From the result of ${callId}:` }, ...others]
}

/**
 * Cohere, "Chat": "formatted as a JSON object string, or a list of tool content blocks"; a result
 * that says nothing is the empty object.
 */
function toolMessage({ callId, content, failed }: ToolResult, notice: Notice): JsonObject {
  const text = joined(content.filter(isText).filter(isSaid))
  if (failed) notice('failed tool result: sent as text that begins with "Error:"')
  const said = failed ? `Error: ${text === '' ? 'the tool failed' : text}` : text
  return {
    role: 'tool',
    tool_call_id: callId,
    content: said === '' ? '{}' : [{ type: 'text', text: said }],
  }
}

/** Cohere, "Usage patterns for tool use": what is said before a call is its plan. */
function assistantMessages(
  content: Turn['content'],
  model: Model,
  notice: Notice,
): readonly JsonObject[] {
  const text = joined(content.filter(isText))
  const thoughts = (content as readonly AssistantBlock[]).flatMap((block) =>
    thoughtFields(block, model, notice),
  )
  const calls = content.flatMap((block) => {
    if (block.type !== 'tool-call') return []
    const { id, name, input } = block
    return [{ id, type: 'function', function: { name, arguments: JSON.stringify(input) } }]
  })
  const plain = calls.length === 0 && text !== '' ? [{ type: 'text', text }] : []
  const said = [...thoughts, ...plain]
  if (said.length === 0 && calls.length === 0) return []
  return [
    {
      role: 'assistant',
      ...(said.length > 0 && { content: thoughts.length === 0 ? text : said }),
      ...(calls.length > 0 && text !== '' && { tool_plan: text }),
      ...(calls.length > 0 && { tool_calls: calls }),
    },
  ]
}

/** Cohere signs no thought, so one that is signed or hidden is another family's. */
function thoughtFields(
  block: AssistantBlock,
  { accepts, name }: Model,
  notice: Notice,
): readonly JsonObject[] {
  if (block.type !== 'thinking' && block.type !== 'redacted-thinking') return []
  const own = block.type === 'thinking' && block.signature === undefined
  if (own && accepts.thinking !== 'no') return [{ type: 'thinking', thinking: block.text }]
  notice(`earlier thinking: left out; ${name} does not take it back`)
  return []
}
