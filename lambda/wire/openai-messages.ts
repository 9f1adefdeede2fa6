/** The messages of an OpenAI conversation, each role read as it means. */
import type {
  AssistantMessage,
  Message,
  SystemMessage,
  ToolResult,
  UserMessage,
} from '../core/conversation.ts'
import { assistant } from './openai-assistant.ts'
import {
  anyText,
  choose,
  flag,
  list,
  missing,
  object,
  type Place,
  type Reader,
  unfit,
  wrong,
} from './openai-fields.ts'
import { marked, speaker } from './openai-marks.ts'
import { cached, cacheFields, systemContent, toolContent, userContent } from './openai-parts.ts'
import { faced, listFace, needing } from './schema.ts'

/** A message as it was written; what answers a tool call stands alone until it is gathered. */
type Written =
  | SystemMessage
  | UserMessage
  | AssistantMessage
  | { readonly role: 'tool'; readonly result: ToolResult }

const systemShape = object({
  role: anyText,
  content: systemContent,
  name: speaker,
  ...cacheFields,
})

const system: Reader<Written> = faced(needing(systemShape, 'content'), (value, place) => {
  const said = systemShape(value, place)
  if (said.content === undefined)
    throw missing(place, 'content', 'a string or a list of text parts')
  return { role: 'system', content: marked(said.content, cached(said).cache, place) }
})

const userShape = object({ role: anyText, content: userContent, name: speaker, ...cacheFields })

const user: Reader<Written> = faced(needing(userShape, 'content'), (value, place) => {
  const said = userShape(value, place)
  if (said.content === undefined) throw missing(place, 'content', 'a string or a list of parts')
  return { role: 'user', content: marked(said.content, cached(said).cache, place) }
})

const toolShape = object({
  role: anyText,
  content: toolContent,
  tool_call_id: anyText,
  /** Written by older clients; the call's id says it already. */
  name: anyText,
  /** Anthropic's word, for which OpenAI has none. */
  is_error: flag,
  ...cacheFields,
})

const tool: Reader<Written> = faced(
  needing(toolShape, 'tool_call_id', 'content'),
  (value, place) => {
    const said = toolShape(value, place)
    if (said.tool_call_id === undefined)
      throw missing(place, 'tool_call_id', 'the id of a tool call')
    if (said.content === undefined) throw missing(place, 'content', 'a string or a list of parts')
    const { content, tool_call_id: callId, is_error: failed = false } = said
    return {
      role: 'tool',
      result: { type: 'tool-result', callId, content, failed, ...cached(said) },
    }
  },
)

const written = choose(
  'role',
  { system, developer: system, user, assistant, tool },
  { function: "is retired; answer a tool call with role 'tool' and its tool_call_id" },
)

const mostMessages = 1000
const mostImages = 20

export const messages: Reader<readonly Message[]> = faced(
  listFace(written, { minItems: 1, maxItems: mostMessages }),
  (value, place) => {
    const turns = list(written, mostMessages)(value, place)
    requireAsked(turns, place)
    const gathered = gather(turns)
    if (!gathered.some(({ role }) => role !== 'system')) {
      throw unfit(place, 'no words of a user', 'at least one user message that is not blank')
    }
    if (turns.at(-1)?.role === 'user' && gathered.at(-1)?.role === 'assistant') {
      const last = { ...place, path: `${place.path}[${turns.length - 1}].content` }
      throw unfit(last, 'blank text', 'what the user says last')
    }
    const images = imagesIn(gathered)
    if (images > mostImages) throw unfit(place, `${images} images`, `at most ${mostImages}`)
    return gathered
  },
)

/** Neighbouring results of tools are one turn of the user; turns in which nothing is said are none. */
function gather(turns: readonly Written[]): readonly Message[] {
  const gathered: Message[] = []
  let results: ToolResult[] | undefined
  for (const turn of turns) {
    if (turn.role !== 'tool') {
      results = undefined
      if (turn.content.length > 0) gathered.push(turn)
    } else if (results === undefined) {
      results = [turn.result]
      gathered.push({ role: 'user', content: results })
    } else results.push(turn.result)
  }
  return gathered
}

/** As OpenAI does: an answer to a call that was not made has no place in the conversation. */
function requireAsked(turns: readonly Written[], place: Place): void {
  const asked = new Set<string>()
  for (const [index, turn] of turns.entries()) {
    if (turn.role === 'assistant') {
      for (const block of turn.content) if (block.type === 'tool-call') asked.add(block.id)
    } else if (turn.role === 'tool' && !asked.has(turn.result.callId)) {
      const at = { ...place, path: `${place.path}[${index}].tool_call_id` }
      throw wrong(at, turn.result.callId, 'the id of a tool call in an earlier assistant message')
    }
  }
}

function imagesIn(all: readonly Message[]): number {
  let images = 0
  for (const { content } of all) {
    for (const block of content) {
      if (block.type === 'image') images += 1
      else if (block.type === 'tool-result') {
        images += block.content.filter(({ type }) => type === 'image').length
      }
    }
  }
  return images
}
