/** Reads tools in Converse's words, which Nova's own body shares. */
import type { SaidRequest, Tool } from '../core/request.ts'
import {
  listOf,
  need,
  objectOf,
  type Reader,
  readFields,
  refused,
  text,
  within,
  word,
  wrong,
} from '../wire/anthropic-fields.ts'
import { marked, oneKind, readMark } from './said-converse-content.ts'
import { given, steering } from './said-fields.ts'

const schema = { json: objectOf }

const specFields = {
  name: word,
  description: text,
  inputSchema: ((value, place) => readFields(value, place, schema).json) satisfies Reader<unknown>,
  strict: steering,
}

const spec: Reader<readonly Tool[]> = (value, place) => {
  const { name, description, inputSchema } = readFields(value, place, specFields)
  const input = need(inputSchema, place, 'inputSchema.json', 'a JSON Schema')
  return [{ name: need(name, place, 'name', 'the tool’s name'), ...given({ description }), input }]
}

type Marks = ReturnType<typeof readMark>[number]

const tool = oneKind<Tool | Marks>({
  toolSpec: spec,
  cachePoint: readMark,
  systemTool: refused('is a tool of Bedrock’s own, whose work nobody here can look at.'),
})

const bare: Reader<unknown> = (value, place) => readFields(value, place, {})

const choices = {
  auto: bare,
  any: bare,
  tool: ((value, place) =>
    need(
      readFields(value, place, { name: word }).name,
      place,
      'name',
      'a tool’s name',
    )) satisfies Reader<string>,
}

type ToolChoice = Pick<SaidRequest, 'toolChoice'>

const choice: Reader<ToolChoice> = (value, place) => {
  const { auto, any, tool: name } = readFields(value, place, choices)
  const asked = [auto, any, name].filter((each) => each !== undefined)
  if (asked.length !== 1) throw wrong(value, place, 'one of auto, any, tool')
  if (name !== undefined) return { toolChoice: { type: 'tool', name } }
  return { toolChoice: { type: any === undefined ? 'auto' : 'any' } }
}

const configFields = { tools: listOf(tool), toolChoice: choice }

export const readToolConfig: Reader<ToolChoice & { readonly tools: readonly Tool[] }> = (
  value,
  place,
) => {
  const { tools = [], toolChoice = {} } = readFields(value, place, configFields)
  return { tools: marked(tools.flat(), within(place, 'tools')), ...toolChoice }
}
