/** Reads the tools a model may call, and which of them it shall. */
import type { JsonObject } from '../core/conversation.ts'
import type { SaidRequest, Tool, ToolChoice } from '../core/request.ts'
import { cacheControl, cached } from './anthropic-cache.ts'
import {
  flag,
  isEmpty,
  isFalse,
  leftOut,
  listOf,
  need,
  objectOf,
  oneOf,
  type Place,
  type Reader,
  readFields,
  refused,
  text,
  unsupported,
  within,
  word,
  wrong,
} from './anthropic-fields.ts'
import { anyObject, described, faced, needing, shape } from './schema.ts'

const byServer = 'runs on Anthropic’s servers, which Bedrock does not have.'
const byModel =
  'has a schema that only Anthropic’s models know by heart; describe it as a custom tool.'

/** Tools of Anthropic's own, by how their dated types begin. */
const foreign = {
  web_search_: byServer,
  web_fetch_: byServer,
  code_execution_: byServer,
  tool_search_tool_: byServer,
  advisor_: byServer,
  mcp_toolset: byServer,
  bash_: byModel,
  text_editor_: byModel,
  computer_: byModel,
  memory_: byModel,
  browser_: byModel,
}

const noParameters: JsonObject = { type: 'object', properties: {} }

/** A schema without a type can only be meant as an object's: nothing else is taken. */
const schema: Reader<JsonObject> = faced(
  described(anyObject, 'A JSON Schema of an object.'),
  (value, place) => {
    const read = objectOf(value, place)
    if (read.type === undefined) return { type: 'object', ...read }
    if (read.type === 'object') return read
    throw wrong(read.type, within(place, 'type'), 'object')
  },
)

const direct = (value: unknown): boolean => isEmpty(value) || String(value) === 'direct'

const toolFields = {
  name: word,
  description: text,
  input_schema: schema,
  cache_control: cacheControl,
  strict: leftOut('models behind Bedrock are not held to a tool’s schema', isFalse),
  eager_input_streaming: leftOut('Bedrock does not take it', isFalse),
  defer_loading: leftOut('every tool is sent to the model', isFalse),
  input_examples: leftOut('put examples in the description', isEmpty),
  allowed_callers: refused('only the model itself can call a tool: direct.', direct),
}

/** The gateway's tools are of this type, said or not. */
const toolType = oneOf('custom')

const readTool: Reader<Tool> = faced(
  shape({ type: toolType, ...toolFields }, 'name'),
  (value, place) => {
    const { type, ...fields } = objectOf(value, place)
    if (type !== undefined && type !== null && type !== 'custom') throw foreignTool(type, place)
    const { name, description, input_schema, cache_control } = readFields(fields, place, toolFields)
    return {
      name: need(name, place, 'name', 'the name of the tool'),
      ...(description !== undefined && description !== '' && { description }),
      input: input_schema ?? noParameters,
      ...cached(cache_control),
    }
  },
)

function foreignTool(type: unknown, place: Place) {
  const [, why] = Object.entries(foreign).find(([start]) => String(type).startsWith(start)) ?? []
  if (why === undefined) return wrong(type, within(place, 'type'), 'custom, or none')
  return unsupported(place, `${type} ${why}`)
}

const toolList = listOf(readTool, 'a list of tools')

export const readTools: Reader<readonly Tool[]> = faced(needing(toolList), (value, place) => {
  const tools = toolList(value, place)
  const names = new Set<string>()
  for (const [index, { name }] of tools.entries()) {
    const at = { ...place, path: `${place.path}[${index}].name` }
    if (names.has(name)) throw wrong(name, at, 'a name that no tool before it has')
    names.add(name)
  }
  return tools
})

const choiceFields = {
  type: oneOf('auto', 'any', 'tool', 'none'),
  name: word,
  disable_parallel_tool_use: flag,
}

type Choice = Pick<SaidRequest, 'toolChoice' | 'parallelTools'>

export const readToolChoice: Reader<Choice> = faced(shape(choiceFields, 'type'), (value, place) => {
  const { type, name, disable_parallel_tool_use } = readFields(value, place, choiceFields)
  const kind = need(type, place, 'type', 'auto, any, tool or none')
  if (kind !== 'tool' && name !== undefined) {
    throw wrong(name, within(place, 'name'), `no name where the type is ${kind}`)
  }
  const toolChoice: ToolChoice =
    kind === 'tool'
      ? { type: kind, name: need(name, place, 'name', 'the name of a tool') }
      : { type: kind }
  const alone = disable_parallel_tool_use
  return { toolChoice, ...(alone !== undefined && { parallelTools: !alone }) }
})

/** A tool that is asked for must be there. */
export function checkToolChoice({ tools, toolChoice }: SaidRequest, place: Place): void {
  const at = within(place, 'tool_choice')
  if (toolChoice?.type === 'any' && tools.length === 0) {
    throw wrong('any', within(at, 'type'), 'at least one tool in tools')
  }
  if (toolChoice?.type === 'tool' && !tools.some(({ name }) => name === toolChoice.name)) {
    throw wrong(toolChoice.name, within(at, 'name'), 'the name of a tool in tools')
  }
}
