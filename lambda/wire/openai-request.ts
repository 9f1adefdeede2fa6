/** Reads the body of an OpenAI chat completion: every field understood, told, or refused by name. */
import type { Notice } from '../core/contracts.ts'
import type { SaidRequest, Sampling, ThinkingWish } from '../core/request.ts'
import {
  anyText,
  flag,
  isRecord,
  leftOut,
  missing,
  numberWithin,
  object,
  oneOf,
  type Place,
  record,
  refused,
  tell,
  wholeNumber,
  within,
  words,
  wrong,
} from './openai-fields.ts'
import { messages } from './openai-messages.ts'
import { toolChoice, tools } from './openai-tools.ts'
import { effort, responseFormat, serviceTier, stop, thinking } from './openai-wishes.ts'
import { type Face, needing } from './schema.ts'

export type OpenAiRequest = SaidRequest & {
  /** Absent where the route names the model. */
  readonly model?: string
  readonly stream: boolean
  /** Whether the stream ends with its usage. */
  readonly includeUsage: boolean
}

const anyInteger = wholeNumber(Number.MIN_SAFE_INTEGER)

const isFalse = (value: unknown): boolean => value === false
const isZero = (value: unknown): boolean => value === 0

const penalty = leftOut(numberWithin(-2, 2), 'models here take no penalties', isZero)
const noLogprobs = 'models on Bedrock tell no probabilities of tokens; leave it out'
const isEmptyRecord = (value: unknown): boolean =>
  isRecord(value) && Object.keys(value).length === 0
const isTextOnly = (value: unknown): boolean =>
  Array.isArray(value) && value.every((word) => word === 'text')

const asked = object({
  model: words,
  messages,
  tools,
  tool_choice: toolChoice,
  parallel_tool_calls: flag,
  max_tokens: wholeNumber(1),
  max_completion_tokens: wholeNumber(1),
  temperature: numberWithin(0, 2),
  top_p: numberWithin(0, 1),
  /** Not OpenAI's own, but what its clients send to everybody else. */
  top_k: wholeNumber(0),
  stop,
  seed: anyInteger,
  reasoning_effort: effort,
  thinking,
  response_format: responseFormat,
  service_tier: serviceTier,
  stream: flag,
  stream_options: object({ include_usage: flag, include_obfuscation: flag }),

  /** Who asks on whose behalf, and where OpenAI would keep its cache: no wish about the answer. */
  user: anyText,
  metadata: record,
  safety_identifier: anyText,
  prompt_cache_key: anyText,

  store: leftOut(flag, 'the gateway keeps no completions', isFalse),
  frequency_penalty: penalty,
  presence_penalty: penalty,
  verbosity: leftOut(
    oneOf({ low: 'low', medium: 'medium', high: 'high' }),
    'models here are not told how much to say; the prompt can tell them',
    (word) => word === 'medium',
  ),
  prompt_cache_retention: leftOut(anyText, 'cache_control on a part says how long it is kept'),
  prompt_cache_options: leftOut(record, 'cache_control on a part says what is kept, and how long'),

  n: refused('the gateway gives one answer a request; ask again for another', (n) => n === 1),
  logprobs: refused(noLogprobs, isFalse),
  top_logprobs: refused(noLogprobs, isZero),
  logit_bias: refused('models on Bedrock take no bias of tokens; leave it out', isEmptyRecord),
  modalities: refused("models here answer in text; send ['text'] or leave it out", isTextOnly),
  audio: refused('models here answer in text; leave it out'),
  prediction: refused('models on Bedrock take no predicted answer; leave it out'),
  web_search_options: refused('the gateway does not search the web; send a tool that does'),
  moderation: refused('the gateway has its own guards; leave it out'),
  functions: refused('is retired; send tools'),
  function_call: refused('is retired; send tool_choice'),
})

export const chatBody: Face = needing(asked, 'messages')

export function readOpenAiRequest(body: unknown, notice: Notice): OpenAiRequest {
  const place: Place = { path: '', notice: once(notice) }
  const said = asked(body, place)
  if (said.messages === undefined) throw missing(place, 'messages', 'a list of messages')
  const bound = maxTokens(said.max_tokens, said.max_completion_tokens, place)
  const wish = thinkingWish(said.thinking, said.reasoning_effort, place)
  return {
    ...(said.model !== undefined && { model: said.model }),
    messages: said.messages,
    tools: said.tools ?? [],
    ...toolWishes(said, place),
    ...(bound !== undefined && { maxTokens: bound }),
    sampling: sampling(said),
    ...(wish !== undefined && { thinking: wish }),
    ...(said.response_format !== undefined && { output: said.response_format }),
    ...(said.service_tier !== undefined && { serviceTier: said.service_tier }),
    stream: said.stream ?? false,
    includeUsage: said.stream_options?.include_usage ?? false,
  }
}

type Asked = ReturnType<typeof asked>

const sampling = ({ temperature, top_p, top_k, seed, stop }: Asked): Sampling => ({
  ...(temperature !== undefined && { temperature }),
  ...(top_p !== undefined && { topP: top_p }),
  ...(top_k !== undefined && { topK: top_k }),
  ...(seed !== undefined && { seed }),
  ...(stop !== undefined && { stop }),
})

/** Without tools, to call none or those one likes asks for nothing. */
function toolWishes(
  { tools = [], tool_choice: choice, parallel_tool_calls: parallelTools }: Asked,
  place: Place,
): Pick<SaidRequest, 'toolChoice' | 'parallelTools'> {
  const at = within(place, 'tool_choice')
  if (choice?.type === 'tool' && !tools.some(({ name }) => name === choice.name)) {
    throw wrong(at, choice.name, 'the name of one of the tools')
  }
  if (tools.length === 0) {
    if (choice?.type === 'any') throw wrong(at, 'required', 'tools to choose from')
    return {}
  }
  return {
    ...(choice !== undefined && { toolChoice: choice }),
    ...(parallelTools !== undefined && { parallelTools }),
  }
}

function maxTokens(
  old: number | undefined,
  current: number | undefined,
  place: Place,
): number | undefined {
  if (old !== undefined && current !== undefined && old !== current) {
    tell(within(place, 'max_tokens'), `left out; max_completion_tokens says ${current}`)
  }
  return current ?? old
}

function thinkingWish(
  exact: ThinkingWish | undefined,
  byEffort: ThinkingWish | undefined,
  place: Place,
): ThinkingWish | undefined {
  if (exact !== undefined && byEffort !== undefined) {
    tell(within(place, 'reasoning_effort'), 'left out; thinking says it more exactly')
  }
  return exact ?? byEffort
}

/** A thousand messages with names are one notice. */
function once(notice: Notice): Notice {
  const told = new Set<string>()
  return (text) => {
    if (!told.has(text)) notice(text)
    told.add(text)
  }
}

/** Whether a body that was understood asks for usage in its stream. */
export const asksForUsage = (body: unknown): boolean =>
  isRecord(body) && isRecord(body.stream_options) && body.stream_options.include_usage === true
