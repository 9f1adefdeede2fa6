/** Reads the tools of a Responses request, and which of them the model is to call. */
import type { Tool, ToolChoice } from '../core/request.ts'
import {
  anyText,
  choose,
  flag,
  leftOut,
  list,
  missing,
  object,
  oneOf,
  type Place,
  type Reader,
  record,
  unsupported,
  within,
  words,
  wrong,
} from './openai-fields.ts'
import { cached, cacheFields } from './openai-parts.ts'
import { noParameters, parameters } from './openai-tools.ts'
import { callingFields, customTool } from './responses-custom-tools.ts'
import { either, faced, needing, wordOf } from './schema.ts'

const served = 'runs on a server that this gateway does not have; leave it out'
const trained = 'is known to models of OpenAI only; define a function that does it'

/** Kinds of tools with no place here, and why. */
const refusedKinds: Readonly<Record<string, string>> = {
  web_search: served,
  web_search_2025_08_26: served,
  web_search_preview: served,
  web_search_preview_2025_03_11: served,
  file_search: served,
  code_interpreter: served,
  image_generation: served,
  mcp: served,
  tool_search: served,
  programmatic_tool_calling: served,
  computer: trained,
  computer_use: trained,
  computer_use_preview: trained,
  local_shell: trained,
  shell: trained,
  apply_patch: trained,
  namespace: 'groups tools, which models here do not know; list its functions themselves',
}

const toolShape = object({
  type: anyText,
  name: words,
  description: anyText,
  parameters,
  strict: leftOut(flag, 'models here are shown the schema, not held to it', (strict) => !strict),
  ...callingFields,
  output_schema: leftOut(record, 'the model is not shown what a tool gives back'),
  ...cacheFields,
})

const functionTool: Reader<Tool> = faced(needing(toolShape, 'name'), (value, place) => {
  const said = toolShape(value, place)
  if (said.name === undefined) throw missing(place, 'name', 'the name of a function')
  return {
    name: said.name,
    ...(said.description !== undefined && { description: said.description }),
    input: said.parameters ?? noParameters,
    ...cached(said),
  }
})

export const tools: Reader<readonly Tool[]> = list(
  choose('type', { function: functionTool, custom: customTool }, refusedKinds),
)

export type ChosenTools = { readonly tools: readonly Tool[]; readonly toolChoice?: ToolChoice }

/** What is chosen depends on which tools there are. */
type Chooser = (tools: readonly Tool[]) => ChosenTools

const mode =
  (type: 'auto' | 'none' | 'any', place: Place): Chooser =>
  (tools) => {
    if (tools.length > 0) return { tools, toolChoice: { type } }
    if (type === 'any') throw unsupported(place, 'asks for a tool, and there are none.')
    return { tools }
  }

const modes = { auto: 'auto', none: 'none', required: 'any' } as const

const nameShape = object({ type: anyText, name: words })

/** A name, which must be that of a tool. */
const named: Reader<(tools: readonly Tool[]) => string> = faced(
  needing(nameShape, 'name'),
  (value, place) => {
    const { name } = nameShape(value, place)
    if (name === undefined) throw missing(place, 'name', 'the name of a tool')
    return (tools) => {
      if (tools.some((tool) => tool.name === name)) return name
      const names = tools.map((tool) => tool.name).join(', ') || 'none'
      throw wrong(within(place, 'name'), name, `one of the tools: ${names}`)
    }
  },
)

const oneTool: Reader<Chooser> = faced(needing(named), (value, place) => {
  const name = named(value, place)
  return (tools) => ({ tools, toolChoice: { type: 'tool', name: name(tools) } })
})

const allowedShape = object({
  type: anyText,
  mode: oneOf({ auto: 'auto', required: 'any' }),
  tools: list(choose('type', { function: named, custom: named }, refusedKinds)),
})

/** The others are left out, which is what it means to the model. */
const allowedTools: Reader<Chooser> = faced(
  needing(allowedShape, 'mode', 'tools'),
  (value, place) => {
    const said = allowedShape(value, place)
    if (said.mode === undefined) throw missing(place, 'mode', 'auto or required')
    if (said.tools === undefined) throw missing(place, 'tools', 'a list of tools')
    const choose = mode(said.mode, place)
    return (tools) => {
      const names = said.tools?.map((name) => name(tools)) ?? []
      return choose(tools.filter(({ name }) => names.includes(name)))
    }
  },
)

const chosenByKind = choose(
  'type',
  { function: oneTool, custom: oneTool, allowed_tools: allowedTools },
  refusedKinds,
)

/** Many clients send `auto` whether or not there are tools. */
export const toolChoice: Reader<Chooser> = faced(
  either(wordOf(Object.keys(modes)), needing(chosenByKind)),
  (value, place) =>
    typeof value === 'string'
      ? mode(oneOf(modes)(value, place), place)
      : chosenByKind(value, place),
)
