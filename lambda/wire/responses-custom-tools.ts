/** Custom tools take free text; models here write JSON, so the text travels as its one string. */
import type { JsonObject } from '../core/conversation.ts'
import type { Tool } from '../core/request.ts'
import {
  anyText,
  choose,
  isRecord,
  missing,
  object,
  oneOf,
  type Reader,
  refused,
  tell,
  words,
} from './openai-fields.ts'
import { cached, cacheFields } from './openai-parts.ts'
import { faced, needing } from './schema.ts'

const grammarShape = object({
  type: anyText,
  syntax: oneOf({ lark: 'lark', regex: 'regex' }),
  definition: words,
})

const grammar: Reader<string> = faced(
  needing(grammarShape, 'syntax', 'definition'),
  (value, place) => {
    const { syntax, definition } = grammarShape(value, place)
    if (syntax === undefined) throw missing(place, 'syntax', 'lark or regex')
    if (definition === undefined) throw missing(place, 'definition', 'the grammar')
    tell(place, 'the grammar is described to the model, which is not held to it')
    return `The input must match this ${syntax} grammar:\n${definition}`
  },
)

const textShape = object({ type: anyText })

const format = choose('type', {
  text: faced(needing(textShape), (value, place) => void textShape(value, place)),
  grammar,
})

const isNo = (value: unknown) => value === false
const direct = (value: unknown) => JSON.stringify(value) === '["direct"]'

/** How a tool may be called, of which models here know the plain way only. */
export const callingFields = {
  defer_loading: refused('needs tool_search, which this gateway lacks', isNo),
  async: refused('is not known to models here; they wait for a tool', isNo),
  allowed_callers: refused('must be ["direct"]: models here run no programs', direct),
}

const toolShape = object({
  type: anyText,
  name: words,
  description: anyText,
  format,
  ...callingFields,
  ...cacheFields,
})

export const customTool: Reader<Tool> = faced(needing(toolShape, 'name'), (value, place) => {
  const said = toolShape(value, place)
  if (said.name === undefined) throw missing(place, 'name', 'the name of a tool')
  tell(place, 'a custom tool is sent as a function of one string')
  const description = [said.description, said.format].filter((part) => part !== undefined)
  return {
    name: said.name,
    ...(description.length > 0 && { description: description.join('\n\n') }),
    input: oneString,
    ...cached(said),
  }
})

const oneString: JsonObject = {
  type: 'object',
  properties: { input: { type: 'string', description: 'The whole input of the tool, as it is.' } },
  required: ['input'],
}

/** What a custom tool was called with, as a model here is told of it. */
export const freeInput = (text: string): JsonObject => ({ input: text })

/** What a model here wrote for a custom tool; if that is no such object, all of it is the text. */
export function freeText(json: string): string {
  try {
    const input: unknown = JSON.parse(json)
    if (isRecord(input) && typeof input.input === 'string') return input.input
  } catch {}
  return json
}

/** Names of the custom tools of a request that has been understood. */
export function customNames(body: unknown): ReadonlySet<unknown> {
  const tools: readonly unknown[] = isRecord(body) && Array.isArray(body.tools) ? body.tools : []
  const custom = tools.filter((tool) => isRecord(tool) && tool.type === 'custom')
  return new Set(custom.map((tool) => (tool as { readonly name: unknown }).name))
}
