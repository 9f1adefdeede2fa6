/** Reads the input items of a Responses request as the conversation they tell. */
import type {
  AssistantBlock,
  JsonObject,
  Message,
  ToolResult,
  UserBlock,
} from '../core/conversation.ts'
import {
  anyText,
  choose,
  isRecord,
  leftOut,
  list,
  missing,
  object,
  oneOf,
  type Place,
  type Reader,
  refused,
  tell,
  unsupported,
  within,
  words,
  wrong,
} from './openai-fields.ts'
import { anyContent, textContent, thoughts } from './responses-content.ts'
import { freeInput } from './responses-custom-tools.ts'
import { isSealed, unsealed } from './responses-reasoning.ts'
import { inTurns } from './responses-turns.ts'
import { anyString, described, either, faced, listFace, needing } from './schema.ts'

const status = oneOf({ in_progress: false, completed: false, incomplete: true })

const itemFields = { type: anyText, id: anyText, status }

const isDirect = (value: unknown) => isRecord(value) && value.type === 'direct'

/** How a call came about, of which models here know the plain way only. */
const callFields = {
  ...itemFields,
  call_id: words,
  namespace: refused('groups tools, which models here do not know'),
  caller: refused('must be direct: models here run no programs', isDirect),
  async: refused('is not known to models here; they wait for a tool', (value) => value === false),
}

const role = oneOf({
  user: 'user',
  assistant: 'assistant',
  system: 'system',
  developer: 'system',
})

const messageShape = object({
  ...itemFields,
  role,
  content: faced(needing(anyContent), (value: unknown, place: Place) => ({ value, place })),
  phase: leftOut(anyText, 'models here do not know it'),
})

const message: Reader<Message> = faced(needing(messageShape, 'role', 'content'), (value, place) => {
  const { role, content } = messageShape(value, place)
  if (role === undefined) throw missing(place, 'role', 'user, assistant, system or developer')
  if (content === undefined) throw missing(place, 'content', 'a string or a list of parts')
  return role === 'user'
    ? { role, content: anyContent(content.value, content.place) }
    : { role, content: textContent(content.value, content.place) }
})

/** Arguments are an object, written as a string; '' where a tool takes none. */
const callArguments: Reader<JsonObject> = faced(
  described(anyString, 'A JSON object, as text.'),
  (value, place) => {
    const json = anyText(value, place)
    if (json.trim() === '') return {}
    const input = parsed(json)
    if (!isRecord(input)) throw wrong(place, json, 'a JSON object, written as a string')
    return input as JsonObject
  },
)

function parsed(json: string): unknown {
  try {
    return JSON.parse(json)
  } catch {
    return undefined
  }
}

const callShape = object({ ...callFields, name: words, arguments: callArguments })

const functionCall: Reader<Message> = faced(
  needing(callShape, 'call_id', 'name'),
  (value, place) => {
    const said = callShape(value, place)
    if (said.call_id === undefined) throw missing(place, 'call_id', 'the id of the call')
    if (said.name === undefined) throw missing(place, 'name', 'the name of the function')
    const input = said.arguments ?? {}
    return turn({ type: 'tool-call', id: said.call_id, name: said.name, input })
  },
)

const turn = (block: AssistantBlock): Message => ({ role: 'assistant', content: [block] })

const customCallShape = object({ ...callFields, name: words, input: anyText })

const customCall: Reader<Message> = faced(
  needing(customCallShape, 'call_id', 'name'),
  (value, place) => {
    const said = customCallShape(value, place)
    if (said.call_id === undefined) throw missing(place, 'call_id', 'the id of the call')
    if (said.name === undefined) throw missing(place, 'name', 'the name of the tool')
    const input = freeInput(said.input ?? '')
    return turn({ type: 'tool-call', id: said.call_id, name: said.name, input })
  },
)

const outputShape = object({ ...callFields, name: anyText, output: anyContent })

/** `incomplete` is the one word an output has for a tool that failed. */
const callOutput: Reader<Message> = faced(
  needing(outputShape, 'call_id', 'output'),
  (value, place) => {
    const { call_id, output, status } = outputShape(value, place)
    if (call_id === undefined) throw missing(place, 'call_id', 'the id of the call')
    if (output === undefined) throw missing(place, 'output', 'a string or a list of parts')
    const result: ToolResult = {
      type: 'tool-result',
      callId: call_id,
      content: output,
      failed: status ?? false,
    }
    return { role: 'user', content: [result] }
  },
)

const reasoningShape = object({
  ...itemFields,
  summary: thoughts,
  content: thoughts,
  encrypted_content: anyText,
})

const reasoning: Reader<Message | undefined> = faced(needing(reasoningShape), (value, place) => {
  const { summary = [], content = [], encrypted_content } = reasoningShape(value, place)
  const at = within(place, 'encrypted_content')
  if (encrypted_content !== undefined && isSealed(encrypted_content)) {
    const block = unsealed(encrypted_content)
    if (block !== undefined) return turn(block)
    throw wrong(at, encrypted_content, 'what this gateway wrote there, unchanged')
  }
  if (encrypted_content !== undefined) tell(at, 'left out; another service wrote it')
  const text = (content.length > 0 ? content : summary).join('\n\n')
  if (text !== '') return turn({ type: 'thinking', text })
  if (encrypted_content === undefined) tell(place, 'a reasoning item without content is left out')
  return undefined
})

const stored = 'stands for what a server stored, and the gateway stores nothing; send the item'
const compacted = 'can be read only by the service that wrote it'

const typedItem = choose(
  'type',
  {
    message,
    function_call: functionCall,
    function_call_output: callOutput,
    custom_tool_call: customCall,
    custom_tool_call_output: callOutput,
    reasoning,
  },
  { item_reference: stored, compaction: compacted, compaction_summary: compacted },
)

/** A message may leave out its type; a bare id is a reference. */
const item: Reader<Message | undefined> = faced(
  either(needing(message), needing(typedItem)),
  (value, place) => {
    const bare = isRecord(value) && (value.type === undefined || value.type === null)
    if (bare && value.role !== undefined) return message(value, place)
    if (bare && value.id !== undefined) throw unsupported(within(place, 'id'), stored)
    return typedItem(value, place)
  },
)

const items = list(item)

export const input: Reader<readonly Message[]> = faced(
  either(anyString, listFace(item)),
  (value, place) => {
    if (!Array.isArray(value) && typeof value !== 'string') {
      throw wrong(place, value, 'a string or a list of items')
    }
    const said = Array.isArray(value) ? items(value, place) : [user(anyContent(value, place))]
    const messages = inTurns(said.filter(({ content }) => content.length > 0))
    if (messages.some(({ role }) => role !== 'system')) return messages
    throw wrong(place, value, 'something to answer')
  },
)

const user = (content: readonly UserBlock[]): Message => ({ role: 'user', content })
