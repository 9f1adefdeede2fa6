/** Writes an answer as the Responses API does: items, and the response that holds them. */

import type { RedactedThinking, Thinking } from '../core/conversation.ts'
import type { AnswerFacts } from '../core/dialect.ts'
import type { Embedding, ReplyBlock, Stop, Usage } from '../core/reply.ts'
import { isRecord } from './openai-fields.ts'
import { customNames, freeText } from './responses-custom-tools.ts'
import { sealed } from './responses-reasoning.ts'

/** `json` is what the model wrote, as it wrote it. */
type Called = { readonly id: string; readonly name: string; json: string }

/** An item of the answer, whole or as far as it was told. */
export type Item =
  | { readonly type: 'message'; readonly texts: string[] }
  | { readonly type: 'reasoning'; thought: Thinking | RedactedThinking }
  | (Called & { readonly type: 'function_call' })
  | (Called & { readonly type: 'custom_tool_call' })

export type Status = 'in_progress' | 'completed' | 'incomplete'

/** Texts that follow one another are parts of one message. */
export function itemsOf(content: readonly ReplyBlock[], body: unknown): readonly Item[] {
  const custom = customNames(body)
  const items: Item[] = []
  for (const block of content) {
    const last = items.at(-1)
    if (block.type === 'text' && last?.type === 'message') last.texts.push(block.text)
    else if (block.type !== 'embedding') items.push(itemOf(block, custom))
  }
  return items
}

function itemOf(block: Exclude<ReplyBlock, Embedding>, custom: ReadonlySet<unknown>): Item {
  switch (block.type) {
    case 'text':
      return { type: 'message', texts: [block.text] }
    case 'tool-call': {
      const { id, name, input } = block
      return { type: callType(name, custom), id, name, json: JSON.stringify(input) }
    }
    case 'thinking':
    case 'redacted-thinking':
      return { type: 'reasoning', thought: block }
  }
}

export const callType = (name: string, custom: ReadonlySet<unknown>) =>
  custom.has(name) ? 'custom_tool_call' : 'function_call'

const prefixes = {
  message: 'msg',
  reasoning: 'rs',
  function_call: 'fc',
  custom_tool_call: 'ctc',
} as const satisfies Record<Item['type'], string>

const bareId = ({ requestId }: AnswerFacts) => requestId.replaceAll('-', '')

export const itemId = ({ type }: Item, index: number, facts: AnswerFacts): string =>
  `${prefixes[type]}_${bareId(facts)}_${index}`

export const textPart = (text: string) => ({
  type: 'output_text',
  text,
  annotations: [],
  logprobs: [],
})

export const summaryPart = (text: string) => ({ type: 'summary_text', text })

export function writtenItem(item: Item, id: string, status: Status) {
  switch (item.type) {
    case 'message':
      return { id, type: item.type, status, role: 'assistant', content: item.texts.map(textPart) }
    case 'function_call': {
      const { id: call_id, name, json } = item
      const whole = json === '' && status !== 'in_progress' ? '{}' : json
      return { id, type: item.type, status, call_id, name, arguments: whole }
    }
    case 'custom_tool_call': {
      const { id: call_id, name, json } = item
      return { id, type: item.type, status, call_id, name, input: freeText(json) }
    }
    case 'reasoning': {
      const { thought } = item
      const text = thought.type === 'thinking' ? thought.text : ''
      const summary = text === '' ? [] : [summaryPart(text)]
      return { id, type: item.type, status, summary, ...seal(thought, status) }
    }
  }
}

/** Sent without being asked for: nothing is stored, so only the client can bring it back. */
function seal(thought: Thinking | RedactedThinking, status: Status) {
  const signed = thought.type === 'redacted-thinking' || thought.signature !== undefined
  return signed && status !== 'in_progress' ? { encrypted_content: sealed(thought) } : {}
}

const incomplete = (reason: 'max_output_tokens' | 'content_filter') =>
  ({ status: 'incomplete', reason }) as const

/** How a response ends; `reason` says why it is not complete. */
const ends = {
  end: { status: 'completed' },
  sequence: { status: 'completed' },
  'tool-calls': { status: 'completed' },
  other: { status: 'completed' },
  length: incomplete('max_output_tokens'),
  filtered: incomplete('content_filter'),
  refused: incomplete('content_filter'),
} as const satisfies Record<Stop['reason'], { status: Status; reason?: string }>

type End = { readonly status: 'completed' | 'incomplete'; readonly reason?: string }

export const endOf = (stop: Stop): End => ends[stop.reason]

/** What was cut off is the last item. */
export function writtenItems(items: readonly Item[], status: Status, facts: AnswerFacts) {
  return items.map((item, index) => {
    const cut = index === items.length - 1
    return writtenItem(item, itemId(item, index, facts), cut ? status : 'completed')
  })
}

export const writtenUsage = (usage: Usage, facts: AnswerFacts) => {
  const { input, cacheRead, cacheWrite5m, cacheWrite1h, output } = usage
  const prompt = input + cacheRead + cacheWrite5m + cacheWrite1h
  return {
    input_tokens: prompt,
    input_tokens_details: {
      cached_tokens: cacheRead,
      ...(cacheWrite5m > 0 && { cache_write_5m_tokens: cacheWrite5m }),
      ...(cacheWrite1h > 0 && { cache_write_1h_tokens: cacheWrite1h }),
    },
    output_tokens: output,
    output_tokens_details: { reasoning_tokens: 0 },
    total_tokens: prompt + output,
    cost_usd: facts.costUsd(usage),
  }
}

/** What a response says again of its request, and what it says where the request did not. */
const echoes = {
  instructions: null,
  max_output_tokens: null,
  max_tool_calls: null,
  metadata: {},
  parallel_tool_calls: true,
  prompt_cache_key: null,
  reasoning: { effort: null, summary: null },
  safety_identifier: null,
  service_tier: 'default',
  temperature: null,
  text: { format: { type: 'text' } },
  tool_choice: 'auto',
  tools: [],
  top_p: null,
  truncation: 'disabled',
  user: null,
}

/** All of a response that is known before the model has said anything. */
export function openedResponse(facts: AnswerFacts, body: unknown) {
  const asked = isRecord(body) ? body : {}
  return {
    id: `resp_${bareId(facts)}`,
    object: 'response',
    created_at: facts.created,
    status: 'in_progress',
    background: false,
    error: null,
    incomplete_details: null,
    model: facts.asked,
    output: [],
    previous_response_id: null,
    store: false,
    top_logprobs: 0,
    usage: null,
    ...Object.fromEntries(
      Object.entries(echoes).map(([name, none]) => [name, asked[name] ?? none]),
    ),
  }
}

export function endedResponse(
  items: readonly Item[],
  { stop, usage }: { readonly stop: Stop; readonly usage: Usage },
  facts: AnswerFacts,
  body: unknown,
) {
  const { status, reason } = endOf(stop)
  return {
    ...openedResponse(facts, body),
    status,
    ...(reason !== undefined && { incomplete_details: { reason } }),
    output: writtenItems(items, status, facts),
    usage: writtenUsage(usage, facts),
  }
}
