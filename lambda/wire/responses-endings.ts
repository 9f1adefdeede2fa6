/** The events that tell a part of an answer once more, whole, when it has ended. */
import { freeText } from './responses-custom-tools.ts'
import { type Item, summaryPart, textPart } from './responses-output.ts'

/** A type of event and its fields. */
export type Event = readonly [type: string, fields: object]

/** Where an item stands in the answer. */
export type Where = { readonly item_id: string; readonly output_index: number }

export function textEndings(text: string, at: Where & { readonly content_index: number }) {
  return [
    ['response.output_text.done', { ...at, text, logprobs: [] }],
    ['response.content_part.done', { ...at, part: textPart(text) }],
  ] as const satisfies readonly Event[]
}

/** Parts of a message have ended before it does. */
export function itemEndings(item: Item, at: Where): readonly Event[] {
  switch (item.type) {
    case 'message':
      return []
    case 'reasoning':
      return item.thought.type === 'thinking' ? thoughtEndings(item.thought.text, at) : []
    case 'function_call':
      return argumentEndings(item, at)
    case 'custom_tool_call': {
      const input = freeText(item.json)
      return [
        ['response.custom_tool_call_input.delta', { ...at, delta: input }],
        ['response.custom_tool_call_input.done', { ...at, input }],
      ]
    }
  }
}

function thoughtEndings(text: string, where: Where): readonly Event[] {
  if (text === '') return []
  const at = { ...where, summary_index: 0 }
  return [
    ['response.reasoning_summary_text.done', { ...at, text }],
    ['response.reasoning_summary_part.done', { ...at, part: summaryPart(text) }],
  ]
}

/** A tool without parameters streams no JSON at all, which means an empty object. */
function argumentEndings(item: Item & { type: 'function_call' }, at: Where): readonly Event[] {
  const { name, json } = item
  if (json !== '') {
    return [['response.function_call_arguments.done', { ...at, name, arguments: json }]]
  }
  return [
    ['response.function_call_arguments.delta', { ...at, delta: '{}' }],
    ['response.function_call_arguments.done', { ...at, name, arguments: '{}' }],
  ]
}
