/** Writes a request as Cohere's Chat API v2 takes it. Cohere, "Chat". */
import type { Notice } from '../core/contracts.ts'
import type { JsonObject } from '../core/conversation.ts'
import type { Model } from '../core/model.ts'
import type { Effort, FittedRequest, OutputFormat, Sampling, Tool } from '../core/request.ts'
import { canHold } from './cohere-schema.ts'
import { cohereMessages } from './cohere-turns.ts'
import { withJsonAnswer } from './json-answer.ts'
import { sampled } from './parameters.ts'

const parameterNames = {
  temperature: 'temperature',
  topP: 'p',
  topK: 'k',
  seed: 'seed',
  stop: 'stop_sequences',
}

/** No `model` and no `stream`: they are the target's, and the sender's. */
export function cohereRequest(asked: FittedRequest, model: Model, notice: Notice): JsonObject {
  /** "Not supported in combination with tools": beside those, the answer is a tool's call as well. */
  const holds = (output: OutputFormat) => asked.tools.length === 0 && canHold(output)
  const request = withJsonAnswer(asked, model, notice, holds)
  const { output } = request
  tellLosses(request, model, notice)
  return {
    messages: cohereMessages(request.messages, model, notice),
    max_tokens: request.maxTokens,
    ...sampled(bounded(request.sampling, notice), parameterNames, model, notice),
    ...thinkingFields(request, model, notice),
    ...toolFields(request),
    ...(output !== undefined && { response_format: formatFields(output) }),
  }
}

function tellLosses(request: FittedRequest, model: Model, notice: Notice): void {
  const { tools, parallelTools, serviceTier = 'default' } = request
  if (tools.some(({ cache }) => cache !== undefined)) {
    notice(`cache points: left out; ${model.name} has no prompt cache`)
  }
  if (parallelTools === false && tools.length > 0) {
    notice('parallel_tool_calls: left out; the model may call several tools in one answer')
  }
  if (serviceTier !== 'default') {
    notice(`service_tier ${serviceTier}: left out; Cohere has no such tier`)
  }
}

/** Cohere, "Chat": `p` is 0.01 to 0.99, where others' top_p goes from 0 to 1. */
function bounded(sampling: Sampling, notice: Notice): Sampling {
  const { topP } = sampling
  if (topP === undefined || (topP >= 0.01 && topP <= 0.99)) return sampling
  const nearest = topP < 0.01 ? 0.01 : 0.99
  notice(`top_p ${topP}: sent as ${nearest}; Cohere takes 0.01 to 0.99`)
  return { ...sampling, topP: nearest }
}

/** How much of the answer an effort may spend on thinking; Cohere knows budgets only. */
const share = {
  low: 0.2,
  medium: 0.5,
  high: 0.8,
  xhigh: 0.9,
  max: 0.95,
} as const satisfies Record<Effort, number>

/** Cohere, "Reasoning": a model that can think does, unless it is told not to. */
function thinkingFields(
  { thinking, maxTokens }: FittedRequest,
  model: Model,
  notice: Notice,
): JsonObject {
  if (thinking === undefined) return {}
  if (model.accepts.thinking === 'no') {
    if (thinking.type !== 'off') notice(`thinking: left out; ${model.name} does not think`)
    return {}
  }
  if (thinking.type === 'off') return { thinking: { type: 'disabled' } }
  if (thinking.type === 'adaptive' && thinking.effort === undefined) {
    return { thinking: { type: 'enabled' } }
  }
  const wished =
    thinking.type === 'budget'
      ? thinking.tokens
      : Math.floor(maxTokens * share[thinking.effort ?? 'high'])
  const budget = Math.max(1, Math.min(wished, maxTokens - 1))
  if (thinking.type !== 'budget' || budget !== wished) {
    notice(`thinking: sent as a budget of ${budget} tokens`)
  }
  return { thinking: { type: 'enabled', token_budget: budget } }
}

/** No tool can be named: the one that is to be called is then the only one there is. */
function toolFields({ tools: all, toolChoice }: FittedRequest): JsonObject {
  const tools =
    toolChoice?.type === 'tool' ? all.filter(({ name }) => name === toolChoice.name) : all
  if (tools.length === 0) return {}
  switch (toolChoice?.type) {
    case 'any':
    case 'tool':
      return { tools: tools.map(functionFields), tool_choice: 'REQUIRED' }
    case 'none':
      return { tools: tools.map(functionFields), tool_choice: 'NONE' }
    case 'auto':
    case undefined:
      return { tools: tools.map(functionFields) }
  }
}

const functionFields = ({ name, description, input }: Tool): JsonObject => ({
  type: 'function',
  function: { name, ...(description !== undefined && { description }), parameters: input },
})

const formatFields = (output: OutputFormat): JsonObject => ({
  type: 'json_object',
  ...(output.type === 'json-schema' && { json_schema: output.schema }),
})
