/** Reads the body of Anthropic's Messages API, on its own route and inside Bedrock's. */
import type { Notice } from '../core/contracts.ts'
import type { SaidRequest, Sampling } from '../core/request.ts'
import { cacheControl, cachedAtEnd, checkCachePoints } from './anthropic-cache.ts'
import {
  filled,
  isEmpty,
  leftOut,
  listOf,
  need,
  numberFrom,
  oneOf,
  type Place,
  type Reader,
  readFields,
  refused,
  text,
  wholeNumber,
  within,
  word,
  wrong,
} from './anthropic-fields.ts'
import { checkToolChoice, readToolChoice, readTools } from './anthropic-tools.ts'
import { readMessages, readSystem } from './anthropic-turns.ts'
import {
  checkBudget,
  readFormat,
  readOutput,
  readThinking,
  thinkingWish,
} from './anthropic-wishes.ts'
import { faced, shape } from './schema.ts'

export type AnthropicReading = {
  /** As InvokeModel takes it: version and betas stand in the body. */
  readonly native?: boolean
  /** The body is only to be counted, and need not bound its answer. */
  readonly unbounded?: boolean
  /** Those of the header. */
  readonly betas?: readonly string[]
}

const elsewhere = 'is a service of Anthropic’s own, which Bedrock does not have.'

const metadataFields = { user_id: leftOut('Bedrock takes no user ids', (id) => id === '') }

const metadata: Reader<undefined> = faced(shape(metadataFields), (value, place) => {
  readFields(value, place, metadataFields)
  return undefined
})

export const requestFields = {
  messages: readMessages,
  system: readSystem,
  max_tokens: wholeNumber(1),
  tools: readTools,
  tool_choice: readToolChoice,
  thinking: readThinking,
  output_config: readOutput,
  output_format: readFormat,
  temperature: numberFrom(0, 1),
  top_p: numberFrom(0, 1),
  top_k: wholeNumber(0),
  stop_sequences: listOf(filled, 'a list of strings'),
  cache_control: cacheControl,
  service_tier: oneOf('auto', 'standard_only'),
  metadata,
  container: refused(elsewhere),
  mcp_servers: refused(elsewhere, isEmpty),
  compaction: refused(elsewhere),
  thread: refused('the gateway keeps no conversations; send all messages without it.'),
  context_management: leftOut('the whole conversation is sent as it is'),
  diagnostics: leftOut('Bedrock does not take it'),
  fallbacks: leftOut('the gateway’s own targets decide'),
  fallback_credit_token: leftOut('the gateway’s own targets decide'),
  billing_policy: leftOut('the gateway’s own budgets decide'),
  inference_geo: leftOut('the gateway’s regions decide'),
  speed: leftOut('Bedrock does not take it', (speed) => speed === 'standard'),
  user_profile_id: leftOut('the gateway’s key says who asks'),
  workspace_id: leftOut('the gateway’s key says who asks'),
}

/** Either version occurs: Bedrock's own, and the one Anthropic's Bedrock SDK sends. */
const nativeFields = { ...requestFields, anthropic_version: text, anthropic_beta: listOf(word) }

/** The body without `model` and `stream`, which its route reads. */
export function readAnthropicRequest(
  body: unknown,
  notice: Notice,
  { native = false, unbounded = false, betas: told = [] }: AnthropicReading = {},
): SaidRequest {
  const place: Place = { path: '', notice: once(notice) }
  const read: ReturnType<typeof readFields<typeof nativeFields>> = native
    ? readFields(body, place, nativeFields)
    : readFields(body, place, requestFields)
  const { system = [], tools = [], max_tokens: maxTokens, service_tier } = read
  const messages = need(read.messages, place, 'messages', 'a list of messages')
  if (!unbounded) need(maxTokens, place, 'max_tokens', 'a whole number of at least 1')
  if (read.output_format !== undefined && read.output_config?.format !== undefined) {
    throw wrong(read.output_format, within(place, 'output_format'), 'output_config.format alone')
  }
  const output = read.output_config?.format ?? read.output_format
  const thinking = thinkingWish(read.thinking, read.output_config?.effort, place.notice)
  const betas = [...new Set([...told, ...(read.anthropic_beta ?? [])])]
  const request: SaidRequest = {
    messages: [...system, ...cachedAtEnd(messages, read.cache_control)],
    tools,
    ...read.tool_choice,
    ...(maxTokens !== undefined && { maxTokens }),
    sampling: samplingOf(read),
    ...(thinking !== undefined && { thinking }),
    ...(output !== undefined && { output }),
    ...(service_tier === 'standard_only' && { serviceTier: 'default' }),
    ...(betas.length > 0 && { betas }),
  }
  checkCachePoints(request, system.length)
  checkToolChoice(request, place)
  checkBudget(thinking, maxTokens, betas, place)
  return request
}

type Sampled = {
  readonly temperature?: number
  readonly top_p?: number
  readonly top_k?: number
  readonly stop_sequences?: readonly string[]
}

const samplingOf = ({ temperature, top_p, top_k, stop_sequences }: Sampled): Sampling => ({
  ...(temperature !== undefined && { temperature }),
  ...(top_p !== undefined && { topP: top_p }),
  ...(top_k !== undefined && { topK: top_k }),
  ...(stop_sequences !== undefined && { stop: stop_sequences }),
})

/** Says each notice once, however many blocks it is about. */
function once(notice: Notice): Notice {
  const said = new Set<string>()
  return (words) => {
    if (!said.has(words)) notice(words)
    said.add(words)
  }
}
