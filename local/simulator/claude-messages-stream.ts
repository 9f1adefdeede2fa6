/** Claude's answers: the message itself, its blocks, and the events that tell it piece by piece. */
import type { Told } from './answer.ts'
import type { Chunk } from './family.ts'
import { piecesOf } from './tokens.ts'

type Block = Readonly<Record<string, unknown>> & { readonly type: string }
/** A block as it opens, and what is said until it closes. */
type ToldBlock = { readonly opened: Block; readonly deltas: readonly Chunk[] }

function inputUsage({ usage }: Told) {
  const { cacheWrite5m, cacheWrite1h } = usage
  return {
    input_tokens: usage.input,
    cache_creation_input_tokens: cacheWrite5m + cacheWrite1h,
    cache_read_input_tokens: usage.cacheRead,
    cache_creation: {
      ephemeral_5m_input_tokens: cacheWrite5m,
      ephemeral_1h_input_tokens: cacheWrite1h,
    },
  }
}

function ending({ ending, stopWord, sequence }: Told) {
  const details = { type: 'refusal', category: null, explanation: null }
  return {
    stop_reason: stopWord,
    stop_sequence: sequence ?? null,
    ...(ending === 'refusal' && { stop_details: details }),
  }
}

const message = (told: Told) => ({
  model: told.model.id.replace(/^anthropic\.|-v\d+(:\d+)?$/g, ''),
  id: `msg_bdrk_${told.id}`,
  type: 'message',
  role: 'assistant',
  usage: { ...inputUsage(told), output_tokens: told.usage.output },
})

const toolUseId = (id: string) => `toolu_bdrk_${id}`

function blocks({ thinking, redacted, text, calls }: Told): readonly Block[] {
  return [
    ...(redacted === undefined ? [] : [{ type: 'redacted_thinking', data: redacted }]),
    ...(thinking === undefined
      ? []
      : [{ type: 'thinking', thinking: thinking.text, signature: thinking.signature }]),
    ...(text === '' ? [] : [{ type: 'text', text }]),
    ...calls.map(({ id, name, input }) => ({ type: 'tool_use', id: toolUseId(id), name, input })),
  ]
}

/** How each kind of block opens, and what its deltas carry. */
function tellBlock(block: Block): ToldBlock {
  switch (block.type) {
    case 'thinking': {
      const { thinking, signature } = block
      const thoughts = deltas('thinking_delta', 'thinking', String(thinking))
      const signed = { json: { type: 'signature_delta', signature } }
      return {
        opened: { type: 'thinking', thinking: '', signature: '' },
        deltas: [...thoughts, signed],
      }
    }
    case 'text':
      return {
        opened: { type: 'text', text: '' },
        deltas: deltas('text_delta', 'text', String(block.text)),
      }
    case 'tool_use': {
      const input = deltas('input_json_delta', 'partial_json', JSON.stringify(block.input))
      const first = { json: { type: 'input_json_delta', partial_json: '' } }
      return { opened: { ...block, input: {} }, deltas: [first, ...input] }
    }
    default:
      return { opened: block, deltas: [] }
  }
}

const deltas = (type: string, field: string, text: string): readonly Chunk[] =>
  piecesOf(text).map((piece) => ({ json: { type, [field]: piece.text }, tokens: piece.tokens }))

function stream(told: Told): readonly Chunk[] {
  const opening = {
    ...message(told),
    content: [],
    stop_reason: null,
    stop_sequence: null,
    usage: { ...inputUsage(told), output_tokens: 1 },
  }
  return [
    { json: { type: 'message_start', message: opening } },
    ...blocks(told).flatMap(blockEvents),
    {
      json: {
        type: 'message_delta',
        delta: ending(told),
        usage: { output_tokens: told.usage.output },
      },
    },
    { json: { type: 'message_stop' } },
  ]
}

function blockEvents(block: Block, index: number): readonly Chunk[] {
  const { opened, deltas } = tellBlock(block)
  const ping = index === 0 ? [{ json: { type: 'ping' } }] : []
  return [
    { json: { type: 'content_block_start', index, content_block: opened } },
    ...ping,
    ...deltas.map(({ json: delta, ...chunk }) => ({
      ...chunk,
      json: { type: 'content_block_delta', index, delta },
    })),
    { json: { type: 'content_block_stop', index } },
  ]
}

const whole = (told: Told) => ({ ...message(told), content: blocks(told), ...ending(told) })

export const claudeAnswers = { whole, stream } as const
