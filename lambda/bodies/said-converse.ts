/** Reads a caller's own body for Converse, its untyped side door included. */
import type { Effort, OutputFormat, SaidRequest, ThinkingWish } from '../core/request.ts'
import {
  listOf,
  need,
  objectOf,
  oneOf,
  type Reader,
  readFields,
  refused,
  text,
  word,
} from '../wire/anthropic-fields.ts'
import { readOutput, readThinking } from '../wire/anthropic-wishes.ts'
import { readMessages, readSystem } from './said-converse-content.ts'
import { readToolConfig } from './said-converse-tools.ts'
import {
  amount,
  bound,
  given,
  jsonText,
  saidOf,
  steering,
  stops,
  unread,
  whole,
} from './said-fields.ts'
import { readReasoning } from './said-nova.ts'

type Readers = Parameters<typeof readFields>[2]

const group =
  <F extends Readers>(fields: F): Reader<ReturnType<typeof readFields<F>>> =>
  (value, place) =>
    readFields(value, place, fields)

const efforts = oneOf('low', 'medium', 'high', 'xhigh', 'max')

/** Fields of the models' own; one that is not here could be another prompt, or another bound. */
const additional = group({
  thinking: readThinking,
  reasoning_config: readThinking,
  output_config: readOutput,
  reasoning_effort: efforts,
  reasoningConfig: readReasoning,
  inferenceConfig: group({ topK: amount, reasoningConfig: readReasoning }),
  top_k: amount,
  topK: amount,
  k: amount,
  seed: amount,
  random_seed: amount,
  min_p: steering,
  frequency_penalty: steering,
  presence_penalty: steering,
  repetition_penalty: steering,
  parallel_tool_calls: steering,
  anthropic_beta: listOf(word),
})

type Additional = ReturnType<typeof additional>

const inference = group({
  maxTokens: bound,
  temperature: amount,
  topP: amount,
  stopSequences: stops,
})

const jsonSchema = group({ schema: jsonText, name: text, description: text })

const format: Reader<OutputFormat> = (value, place) => {
  const structure = group({ jsonSchema })
  const read = readFields(value, place, { type: oneOf('json_schema'), structure })
  const said = need(read.structure?.jsonSchema, place, 'structure.jsonSchema', 'a schema')
  const { name = 'answer', description } = said
  const schema = need(said.schema, place, 'structure.jsonSchema.schema', 'a JSON Schema')
  return { type: 'json-schema', name, ...given({ description }), schema }
}

const isBare = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && Object.keys(value).length === 0

/** Words beside a request that are kept with Bedrock's logs. */
const labels: Reader<undefined> = (value, place) => {
  for (const label of Object.values(objectOf(value, place))) text(label, place)
  return undefined
}

const variables = 'fill in a prompt that is kept elsewhere; send the prompt itself.'

const guardrail = group({
  guardrailIdentifier: unread,
  guardrailVersion: unread,
  trace: unread,
  streamProcessingMode: unread,
})

const fields = {
  system: readSystem,
  messages: readMessages,
  inferenceConfig: inference,
  toolConfig: readToolConfig,
  outputConfig: group({ textFormat: format, effort: efforts }),
  additionalModelRequestFields: additional,
  serviceTier: group({ type: oneOf('default', 'priority', 'flex', 'reserved') }),
  performanceConfig: group({ latency: oneOf('standard', 'optimized') }),
  guardrailConfig: guardrail,
  additionalModelResponseFieldPaths: listOf(unread),
  requestMetadata: labels,
  promptVariables: refused(variables, isBare),
}

/** Whichever of the models' words says it; an effort makes a wish of its own, or refines one. */
function thinkingWish(own: Additional, said: Effort | undefined): ThinkingWish | undefined {
  const wish =
    own.thinking ??
    own.reasoning_config ??
    own.reasoningConfig ??
    own.inferenceConfig?.reasoningConfig
  const effort = said ?? own.output_config?.effort ?? own.reasoning_effort
  if (effort === undefined || (wish !== undefined && wish.type !== 'adaptive')) return wish
  return { type: 'adaptive', effort }
}

export function saidConverse(body: unknown): SaidRequest {
  const read = readFields(body, whole, fields)
  const { additionalModelRequestFields: own = {}, system = [], inferenceConfig = {} } = read
  const { maxTokens, temperature, topP, stopSequences: stop } = inferenceConfig
  const messages = need(read.messages, whole, 'messages', 'a list of messages')
  const topK = own.top_k ?? own.topK ?? own.k ?? own.inferenceConfig?.topK
  const tier = read.serviceTier?.type
  const latency = read.performanceConfig?.latency
  const wishes = { maxTokens, temperature, topP, topK, seed: own.seed ?? own.random_seed, stop }
  return {
    ...saidOf([...system, ...messages], wishes),
    ...read.toolConfig,
    ...given({
      thinking: thinkingWish(own, read.outputConfig?.effort),
      output: read.outputConfig?.textFormat ?? own.output_config?.format,
      serviceTier: tier === 'reserved' ? undefined : tier,
      latency: latency === 'optimized' ? latency : undefined,
      betas: own.anthropic_beta,
    }),
  }
}
