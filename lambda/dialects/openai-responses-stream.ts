/** Frames of a streamed response: typed events, numbered in their order. */
import type { AnswerFacts } from '../core/dialect.ts'
import type { ErrorType, TollgateError } from '../core/errors.ts'
import type { BlockDelta, Embedding, OpenedBlock, ReplyEvent } from '../core/reply.ts'
import { customNames } from '../wire/responses-custom-tools.ts'
import { type Event, itemEndings, textEndings, type Where } from '../wire/responses-endings.ts'
import {
  callType,
  endedResponse,
  endOf,
  type Item,
  itemId,
  openedResponse,
  type Status,
  summaryPart,
  textPart,
  writtenItem,
  writtenItems,
} from '../wire/responses-output.ts'

/** OpenAI's words for why a response failed, from the closed set of its `ResponseError`. */
const failures = {
  invalid_request_error: 'invalid_prompt',
  authentication_error: 'server_error',
  permission_error: 'server_error',
  not_found_error: 'server_error',
  request_too_large: 'invalid_prompt',
  rate_limit_error: 'rate_limit_exceeded',
  api_error: 'server_error',
  overloaded_error: 'server_error',
  timeout_error: 'server_error',
} as const satisfies Record<ErrorType, string>

export function openResponseFrames(facts: AnswerFacts, body: unknown) {
  const items: Item[] = []
  const custom = customNames(body)
  /** The last item can still grow. */
  let open = false
  let sequence = 0

  return function frame(event: ReplyEvent): string {
    switch (event.type) {
      case 'native':
        return ''
      case 'reply-start':
        return begun()
      case 'block-start':
        return event.block.type === 'embedding' ? '' : started(event.block)
      case 'block-delta':
        return grown(event.delta)
      case 'block-end':
        return blockEnded()
      case 'reply-end': {
        const { status } = endOf(event.stop)
        const response = endedResponse(items, event, facts, body)
        return itemDone(status) + told(`response.${status}`, { response })
      }
      case 'reply-error':
        return failed(event.error)
    }
  }

  function told(type: string, fields: object): string {
    const data = JSON.stringify({ type, sequence_number: sequence, ...fields })
    sequence += 1
    return `event: ${type}\ndata: ${data}\n\n`
  }

  function allTold(events: readonly Event[]): string {
    return events.map(([type, fields]) => told(type, fields)).join('')
  }

  function begun(): string {
    const response = openedResponse(facts, body)
    return told('response.created', { response }) + told('response.in_progress', { response })
  }

  function started(block: Exclude<OpenedBlock, Embedding>): string {
    const last = items.at(-1)
    if (block.type === 'text' && open && last?.type === 'message') {
      last.texts.push('')
      return partAdded(last.texts.length - 1)
    }
    const before = itemDone('completed')
    const item = itemOf(block, custom)
    items.push(item)
    open = true
    const added = told('response.output_item.added', {
      output_index: items.length - 1,
      item: blank(item),
    })
    return before + added + (item.type === 'message' ? partAdded(0) : '')
  }

  function here(): Where {
    const output_index = items.length - 1
    const item = items[output_index]
    return { item_id: item === undefined ? '' : itemId(item, output_index, facts), output_index }
  }

  function blank(item: Item) {
    const shown: Item = item.type === 'message' ? { ...item, texts: [] } : item
    return writtenItem(shown, here().item_id, 'in_progress')
  }

  function partAdded(content_index: number): string {
    return told('response.content_part.added', { ...here(), content_index, part: textPart('') })
  }

  function grown(delta: BlockDelta): string {
    const item = items.at(-1)
    if (item?.type === 'message' && delta.type === 'text') {
      const content_index = item.texts.length - 1
      item.texts[content_index] += delta.text
      const fields = { ...here(), content_index, delta: delta.text, logprobs: [] }
      return told('response.output_text.delta', fields)
    }
    if (item?.type === 'function_call' && delta.type === 'input-json') {
      item.json += delta.json
      return told('response.function_call_arguments.delta', { ...here(), delta: delta.json })
    }
    /** Free text is told when it is whole: until then it is half a JSON string. */
    if (item?.type === 'custom_tool_call' && delta.type === 'input-json') item.json += delta.json
    return item?.type === 'reasoning' ? thought(item, delta) : ''
  }

  function thought(item: Item & { type: 'reasoning' }, delta: BlockDelta): string {
    const before = item.thought
    if (before.type !== 'thinking') return ''
    if (delta.type === 'signature') item.thought = { ...before, signature: delta.signature }
    if (delta.type !== 'thinking' || delta.text === '') return ''
    item.thought = { ...before, text: before.text + delta.text }
    const at = { ...here(), summary_index: 0 }
    const opens = before.text === ''
    return (
      (opens
        ? told('response.reasoning_summary_part.added', { ...at, part: summaryPart('') })
        : '') + told('response.reasoning_summary_text.delta', { ...at, delta: delta.text })
    )
  }

  /** The item stays open: more text may follow, and only the end tells whether it was cut off. */
  function blockEnded(): string {
    const item = items.at(-1)
    if (item?.type !== 'message') return ''
    const content_index = item.texts.length - 1
    return allTold(textEndings(item.texts[content_index] ?? '', { ...here(), content_index }))
  }

  function itemDone(status: Status): string {
    const item = items.at(-1)
    if (!open || item === undefined) return ''
    open = false
    const at = here()
    const { item_id, output_index } = at
    const fields = { output_index, item: writtenItem(item, item_id, status) }
    return allTold([...itemEndings(item, at), ['response.output_item.done', fields]])
  }

  /** OpenAI's SDKs raise the nested error of the first event; Codex waits for the second. */
  function failed(error: TollgateError): string {
    const { type, code, message } = error
    const said = { code, message, param: error.param ?? null }
    const response = {
      ...openedResponse(facts, body),
      status: 'failed',
      error: { code: failures[type], message },
      output: writtenItems(items, 'incomplete', facts),
    }
    return (
      told('error', { ...said, error: { type, ...said } }) + told('response.failed', { response })
    )
  }
}

function itemOf(block: Exclude<OpenedBlock, Embedding>, custom: ReadonlySet<unknown>): Item {
  switch (block.type) {
    case 'text':
      return { type: 'message', texts: [''] }
    case 'thinking':
      return { type: 'reasoning', thought: { type: 'thinking', text: '' } }
    case 'redacted-thinking':
      return { type: 'reasoning', thought: block }
    case 'tool-call':
      return { type: callType(block.name, custom), id: block.id, name: block.name, json: '' }
  }
}
