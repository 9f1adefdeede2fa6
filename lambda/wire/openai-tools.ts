/** Tools in OpenAI's words: their definitions, which one to call, and the calls a model made. */
import type { Json, JsonObject, ToolCall } from '../core/conversation.ts'
import type { Tool, ToolChoice } from '../core/request.ts'
import {
  anyText,
  choose,
  flag,
  isRecord,
  leftOut,
  list,
  missing,
  object,
  oneOf,
  type Place,
  type Reader,
  record,
  wholeNumber,
  within,
  wrong,
} from './openai-fields.ts'
import { cached, cacheFields } from './openai-parts.ts'
import {
  anyObject,
  anyString,
  described,
  either,
  faced,
  listFace,
  needing,
  notCarried,
} from './schema.ts'

/** OpenAI's own rule for names, and Bedrock's (ToolSpecification, `name`). */
const namePattern = /^[a-zA-Z0-9_-]{1,64}$/

const name: Reader<string> = faced(
  () => ({ type: 'string', pattern: namePattern.source }),
  (value, place) => {
    if (typeof value === 'string' && namePattern.test(value)) return value
    throw wrong(place, value, 'a name of 1 to 64 letters, digits, _ and -')
  },
)

/** A tool without parameters takes an empty object. */
export const parameters: Reader<JsonObject> = faced(
  described(anyObject, 'A JSON Schema of an object.'),
  (value, place) => {
    const schema = record(value, place) as JsonObject
    if (schema.type !== undefined && schema.type !== 'object') {
      throw wrong(within(place, 'type'), schema.type, "'object'")
    }
    return Object.keys(schema).length === 0 ? noParameters : { type: 'object', ...schema }
  },
)

export const noParameters: JsonObject = { type: 'object', properties: {} }

const strict = leftOut(
  flag,
  'models here follow the schema of a tool without a guarantee',
  (value) => !value,
)

const definition = object({ name, description: anyText, parameters, strict, ...cacheFields })
const toolShape = object({ type: anyText, function: definition, ...cacheFields })

const functionTool: Reader<Tool> = faced(needing(toolShape, 'function.name'), (value, place) => {
  const { function: said, ...around } = toolShape(value, place)
  if (said?.name === undefined) throw missing(place, 'function.name', 'the name of the tool')
  return {
    name: said.name,
    ...(said.description?.trim() && { description: said.description }),
    input: said.parameters ?? noParameters,
    ...cached(said),
    ...cached(around),
  }
})

const mostTools = 128

const noCustom = "cannot be carried: models here take only tools of type 'function'"

const anyTool = choose('type', { function: functionTool }, { custom: noCustom })

export const tools: Reader<readonly Tool[]> = faced(
  listFace(anyTool, { maxItems: mostTools }),
  (value, place) => {
    const read = list(anyTool, mostTools)(value, place)
    const names = new Set<string>()
    for (const [index, tool] of read.entries()) {
      if (names.has(tool.name)) {
        const at = { ...place, path: `${place.path}[${index}].function.name` }
        throw wrong(at, tool.name, 'a name that no other tool has')
      }
      names.add(tool.name)
    }
    return read
  },
)

const namedChoice = object({ type: anyText, function: object({ name }) })

const choiceWord = oneOf({
  auto: { type: 'auto' },
  none: { type: 'none' },
  required: { type: 'any' },
})

const choiceObject = choose(
  'type',
  {
    function: faced(needing(namedChoice, 'function.name'), (value, place): ToolChoice => {
      const said = namedChoice(value, place)
      if (said.function?.name === undefined) throw missing(place, 'function.name', 'a tool’s name')
      return { type: 'tool', name: said.function.name }
    }),
  },
  {
    allowed_tools: 'cannot be carried: send in tools only those that may be called',
    custom: noCustom,
  },
)

export const toolChoice: Reader<ToolChoice> = faced(
  either(needing(choiceWord), needing(choiceObject)),
  (value, place) => (isRecord(value) ? choiceObject(value, place) : choiceWord(value, place)),
)

/** Says again what another field says. */
export const unread: Reader<undefined> = faced(
  notCarried(() => ({}), 'another field says it'),
  () => undefined,
)

const calledFunction = object({
  name: anyText,
  arguments: faced(described(anyString, 'A JSON object, as text.'), argumentsOf),
  /** What `chat.completions.parse` adds, made of `arguments`. */
  parsed_arguments: unread,
})

const callShape = object({
  id: anyText,
  type: anyText,
  function: calledFunction,
  /** Left over from a stream's deltas by some clients. */
  index: wholeNumber(0),
})

const functionCall: Reader<ToolCall> = faced(
  needing(callShape, 'id', 'function.name'),
  (value, place) => {
    const { id, function: called } = callShape(value, place)
    if (id === undefined || id === '') throw missing(place, 'id', 'the id of the call')
    if (called?.name === undefined) throw missing(place, 'function.name', 'the name of the tool')
    return { type: 'tool-call', id, name: called.name, input: called.arguments ?? {} }
  },
)

export const toolCalls = list(choose('type', { function: functionCall }, { custom: noCustom }))

/** A call without arguments may be written as no text at all. */
function argumentsOf(value: unknown, place: Place): JsonObject {
  const text = anyText(value, place)
  if (text.trim() === '') return {}
  const input = parsed(text)
  if (isRecord(input) && isPlain(input as Json, 0)) return input as JsonObject
  throw wrong(place, text, `a JSON object as text, at most ${deepest} levels deep`)
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** The rule for the body itself: what comes later walks over it by recursion. */
const deepest = 64

/** Half of a surrogate pair is no text, and hides in the escapes of JSON within JSON. */
function isPlain(value: Json, depth: number): boolean {
  if (typeof value === 'string') return value.isWellFormed()
  if (typeof value !== 'object' || value === null) return true
  if (depth >= deepest) return false
  return Object.entries(value).every(
    ([key, item]) => key.isWellFormed() && isPlain(item, depth + 1),
  )
}
