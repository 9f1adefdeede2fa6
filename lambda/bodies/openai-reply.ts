/** Reads a chat completion, whole or in chunks, as Bedrock's InvokeModel gives it. */
import type { ReportedUsage, StreamReader } from '../core/contracts.ts'
import type { AssistantBlock, JsonObject } from '../core/conversation.ts'
import type { Reply, Stop } from '../core/reply.ts'
import {
  answerFields,
  countOf,
  type Fields,
  fieldsOf,
  inputOf,
  malformed,
  need,
  type StopWords,
  stopOf,
  textOf,
} from './answer.ts'
import { withoutJsonAnswer } from './json-answer.ts'
import { reasoningTags } from './reasoning-tags.ts'
import { streamReader, type Writer } from './stream.ts'
import { charactersOf, invocationMetrics, type ToldUsage, usageOf } from './usage.ts'

/** OpenAI, "The chat completion object"; `model_length` is Mistral's. */
type FinishReason =
  | 'stop'
  | 'length'
  | 'model_length'
  | 'tool_calls'
  | 'function_call'
  | 'content_filter'

const stopWords = {
  stop: 'end',
  length: 'length',
  model_length: 'length',
  tool_calls: 'tool-calls',
  function_call: 'tool-calls',
  content_filter: 'filtered',
} as const satisfies StopWords<FinishReason>

/** Whether the family's reasoning stands in tags within the text. */
type Reading = { readonly tagged: boolean }

export function openaiReply(answer: unknown, reported: ReportedUsage, reading: Reading): Reply {
  const fields = answerFields(answer)
  const choice = need(choiceOf(fields), 'no choices')
  const message = need(fieldsOf(choice.message), 'no message')
  const calls = callsOf(message).map(callBlock)
  const content = [...spoken(message, reading), ...calls]
  const stop = need(finishOf(choice, calls.length > 0), 'no finish_reason')
  return {
    ...withoutJsonAnswer({ content, stop }),
    usage: usageOf(toldUsage(fields), reported, charactersOf(content)),
  }
}

const choiceOf = ({ choices }: Fields): Fields | undefined =>
  fieldsOf(Array.isArray(choices) ? choices[0] : undefined)

const callsOf = ({ tool_calls: calls }: Fields): readonly Fields[] =>
  Array.isArray(calls) ? calls.map((call) => need(fieldsOf(call), 'no tool call')) : []

/** vLLM, behind most of these models, has two names for it. */
const reasoningOf = (message: Fields): string =>
  textOf(message.reasoning_content) ?? textOf(message.reasoning) ?? ''

function spoken(message: Fields, { tagged }: Reading): readonly AssistantBlock[] {
  const tags = reasoningTags()
  const text = textOf(message.content) ?? ''
  const pieces = tagged ? [...tags.read(text), ...tags.end()] : [{ type: 'text' as const, text }]
  const all = [{ type: 'thinking' as const, text: reasoningOf(message) }, ...pieces]
  const texts = (type: 'text' | 'thinking') =>
    all.flatMap((piece) => (piece.type === type ? [piece.text] : [])).join('')
  return [
    ...(['thinking', 'text'] as const)
      .map((type) => ({ type, text: texts(type) }))
      .filter((block) => block.text !== ''),
  ]
}

function callBlock(call: Fields): AssistantBlock {
  const { name, arguments: input } = need(fieldsOf(call.function), 'no function')
  return {
    type: 'tool-call',
    id: need(textOf(call.id), 'no tool call id'),
    name: need(textOf(name), 'no tool name'),
    input: argumentsOf(input),
  }
}

function argumentsOf(input: unknown): JsonObject {
  if (input === undefined || input === null || input === '') return {}
  if (typeof input !== 'string') return inputOf(input)
  try {
    return inputOf(JSON.parse(input))
  } catch {
    throw malformed('tool arguments that are not a JSON object')
  }
}

/**
 * Mistral's word for it is `stop_reason`; vLLM says there which stop sequence was met. Some say
 * `stop` where a tool was forced.
 */
function finishOf(choice: Fields, calls: boolean): Stop | undefined {
  const finish = textOf(choice.finish_reason)
  const reason = finish ?? textOf(choice.stop_reason)
  if (reason === undefined) return undefined
  const sequence = finish === 'stop' ? textOf(choice.stop_reason) : undefined
  if (sequence !== undefined && !Object.hasOwn(stopWords, sequence)) {
    return { reason: 'sequence', sequence }
  }
  const stop = stopOf(stopWords, reason)
  return stop.reason === 'end' && calls ? { reason: 'tool-calls' } : stop
}

/** `prompt_tokens` includes what was read from the cache. */
function toldUsage({ usage }: Fields): ToldUsage {
  const counts = fieldsOf(usage) ?? {}
  const prompt = countOf(counts.prompt_tokens)
  const cacheRead = countOf(fieldsOf(counts.prompt_tokens_details)?.cached_tokens)
  return {
    input: prompt === undefined ? undefined : Math.max(0, prompt - (cacheRead ?? 0)),
    output: countOf(counts.completion_tokens),
    cacheRead,
  }
}

/** Counts may come with the last choice, after it, or only in Bedrock's own metrics. */
export function openaiStream({ tagged }: Reading): StreamReader {
  const tags = reasoningTags()
  let usage: ToldUsage = {}
  let stop: Stop | undefined
  let call: unknown
  let calls = 0

  function says(text: string, write: Writer) {
    const pieces = tagged ? tags.read(text) : [{ type: 'text' as const, text }]
    for (const piece of pieces) write[piece.type](piece.text)
  }

  function flush(write: Writer) {
    if (tagged) for (const piece of tags.end()) write[piece.type](piece.text)
  }

  /** A call is opened by its id; what follows under its index is its own. */
  function calling(delta: Fields, write: Writer) {
    const { name, arguments: input } = fieldsOf(delta.function) ?? {}
    const key = delta.index ?? delta.id ?? call
    if (calls === 0 || key !== call) {
      flush(write)
      const id = need(textOf(delta.id), 'no tool call id')
      write.open({ type: 'tool-call', id, name: need(textOf(name), 'no tool name') })
      call = key
      calls += 1
    }
    const json =
      typeof input === 'object' && input !== null ? JSON.stringify(inputOf(input)) : input
    if (typeof json === 'string' && json !== '') write.delta({ type: 'input-json', json })
  }

  return streamReader({
    read(chunk, write) {
      const choice = choiceOf(chunk)
      const delta = fieldsOf(choice?.delta) ?? fieldsOf(choice?.message) ?? {}
      if (choice !== undefined) write.start()
      const reasoning = reasoningOf(delta)
      if (reasoning !== '') write.thinking(reasoning)
      says(textOf(delta.content) ?? '', write)
      for (const each of callsOf(delta)) calling(each, write)
      if (fieldsOf(chunk.usage) !== undefined) usage = toldUsage(chunk)
      if (choice !== undefined) stop = finishOf(choice, calls > 0) ?? stop
      if (stop === undefined) return
      flush(write)
      const counted = usage.output ?? invocationMetrics(chunk).output
      if (counted !== undefined) write.end(stop, usage)
    },
    ended(write) {
      if (stop !== undefined) write.end(stop, usage)
    },
  })
}
