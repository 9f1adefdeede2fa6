/**
 * Cohere's answers: the message itself, and the events that tell it piece by piece.
 * Cohere, "Chat", "Streaming", "Streaming for tool use", "Reasoning".
 */
import type { Ending, Told } from '../simulator/answer.ts'
import { piecesOf } from '../simulator/tokens.ts'
import { serverEvent } from './vendor-server.ts'

export const cohereEndings: Partial<Readonly<Record<Ending, string>>> = {
  end: 'COMPLETE',
  length: 'MAX_TOKENS',
  sequence: 'STOP_SEQUENCE',
  'tool-call': 'TOOL_CALL',
}

/** Cohere's own words around a prompt and an answer: counted, and not billed. */
const around = { input: 496, output: 4 }

const usage = ({ usage: { input, cacheRead, output } }: Told) => ({
  billed_units: { input_tokens: input + cacheRead, output_tokens: output },
  tokens: {
    input_tokens: input + cacheRead + around.input,
    output_tokens: output + around.output,
  },
  cached_tokens: 0,
})

type Block = { readonly type: 'text' | 'thinking'; readonly said: string }

/** Before calls there is a plan, and no text. */
function parts({ thinking, text, calls }: Told) {
  const thoughts: Block[] =
    thinking === undefined ? [] : [{ type: 'thinking', said: thinking.text }]
  const texts: Block[] = text === '' || calls.length > 0 ? [] : [{ type: 'text', said: text }]
  return { blocks: [...thoughts, ...texts], plan: calls.length > 0 ? text : '' }
}

const calledId = (name: string, id: string) => `${name}_${id.slice(0, 12)}${id.slice(24)}`

const callsOf = ({ calls }: Told) =>
  calls.map(({ id, name, input }) => ({
    id: calledId(name, id),
    type: 'function',
    function: { name, arguments: JSON.stringify(input) },
  }))

export function cohereWhole(told: Told) {
  const { blocks, plan } = parts(told)
  const calls = callsOf(told)
  return {
    id: told.id,
    finish_reason: told.stopWord,
    message: {
      role: 'assistant',
      ...(blocks.length > 0 && {
        content: blocks.map(({ type, said }) => ({ type, [type]: said })),
      }),
      ...(calls.length > 0 && { tool_plan: plan, tool_calls: calls }),
    },
    usage: usage(told),
  }
}

type Event = Readonly<Record<string, unknown>> & { readonly type: string }

export function cohereStream(told: Told): readonly Buffer[] {
  const { blocks, plan } = parts(told)
  const message = { role: 'assistant', content: [], tool_plan: '', tool_calls: [], citations: [] }
  const events: readonly Event[] = [
    { id: told.id, type: 'message-start', delta: { message } },
    ...blocks.flatMap(blockEvents),
    ...piecesOf(plan).map(({ text }) => ({
      type: 'tool-plan-delta',
      delta: { message: { tool_plan: text } },
    })),
    ...callsOf(told).flatMap(callEvents),
    { type: 'message-end', delta: { finish_reason: told.stopWord, usage: usage(told) } },
  ]
  return [
    ...events.map((event) => serverEvent(event.type, JSON.stringify(event))),
    serverEvent(undefined, '[DONE]'),
  ]
}

function blockEvents({ type, said }: Block, index: number): readonly Event[] {
  const content = (piece: object) => ({ message: { content: piece } })
  return [
    { type: 'content-start', index, delta: content({ type, [type]: '' }) },
    ...piecesOf(said).map(({ text }) => ({
      type: 'content-delta',
      index,
      delta: content({ [type]: text }),
    })),
    { type: 'content-end', index },
  ]
}

function callEvents(call: ReturnType<typeof callsOf>[number], index: number): readonly Event[] {
  const calling = (piece: object) => ({ message: { tool_calls: piece } })
  const { name, arguments: input } = call.function
  return [
    {
      type: 'tool-call-start',
      index,
      delta: calling({ ...call, function: { name, arguments: '' } }),
    },
    ...piecesOf(input).map(({ text }) => ({
      type: 'tool-call-delta',
      index,
      delta: calling({ function: { arguments: text } }),
    })),
    { type: 'tool-call-end', index },
  ]
}
