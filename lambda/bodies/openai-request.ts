/** Writes a request as the chat completion body that Bedrock's InvokeModel takes. */
import type { Notice } from '../core/contracts.ts'
import type { JsonObject } from '../core/conversation.ts'
import type { Model } from '../core/model.ts'
import type { Effort, FittedRequest, OutputFormat, Tool, ToolChoice } from '../core/request.ts'
import { isClosed } from './closed-schema.ts'
import { effortOf } from './effort.ts'
import { schemaName, withJsonAnswer } from './json-answer.ts'
import { openaiMessages } from './openai-turns.ts'
import { type ParameterNames, sampled } from './parameters.ts'

/** In what the families that speak this body differ. */
export type Wording = {
  /** What bounds the answer is called. */
  readonly maxTokens: 'max_tokens' | 'max_completion_tokens'
  readonly parameters: ParameterNames
  /** What makes the model call some tool; where it is `any`, one cannot be named. */
  readonly forced?: 'required' | 'any'
  /** Whether the body can say that several tools may be called in one answer; absent: it can. */
  readonly parallel?: false
}

const efforts = {
  low: 'low',
  medium: 'medium',
  high: 'high',
  xhigh: 'high',
  max: 'high',
} as const satisfies Record<Effort, 'low' | 'medium' | 'high'>

export function openaiRequest(
  asked: FittedRequest,
  model: Model,
  notice: Notice,
  { maxTokens, parameters, forced = 'required', parallel }: Wording,
): JsonObject {
  const request = withJsonAnswer(asked, model, notice, () => true)
  const { messages, toolChoice, parallelTools, output } = request
  const tools = forced === 'any' ? allowedTools(request) : request.tools
  if (tools.some(({ cache }) => cache !== undefined)) {
    notice(`cache points: left out; ${model.name} has no prompt cache`)
  }
  if (parallel === false && parallelTools === false && tools.length > 0) {
    notice('parallel_tool_calls: left out; the model may call several tools in one answer')
  }
  return {
    messages: openaiMessages(messages, model, notice),
    [maxTokens]: request.maxTokens,
    ...sampled(request.sampling, parameters, model, notice),
    ...reasoning(request, model, notice),
    ...(tools.length > 0 && {
      tools: tools.map(toolFields),
      ...(toolChoice !== undefined && { tool_choice: choiceFields(toolChoice, forced) }),
      ...(parallelTools !== undefined &&
        parallel !== false && { parallel_tool_calls: parallelTools }),
    }),
    ...(output !== undefined && { response_format: formatFields(output) }),
  }
}

function reasoning({ thinking }: FittedRequest, model: Model, notice: Notice): JsonObject {
  if (thinking === undefined) return {}
  if (model.accepts.thinking !== 'effort') {
    notice(`thinking: as by default; ${model.name} cannot be told whether to think`)
    return {}
  }
  if (thinking.type === 'off') {
    notice(`thinking: not turned off; ${model.name} always thinks`)
    return {}
  }
  if (thinking.type === 'adaptive' && thinking.effort === undefined) return {}
  return { reasoning_effort: effortOf(thinking, efforts, notice) }
}

const toolFields = ({ name, description, input }: Tool): JsonObject => ({
  type: 'function',
  function: { name, ...(description !== undefined && { description }), parameters: input },
})

/** Where none can be named, the one that is to be called is the only one there is. */
const allowedTools = ({ tools, toolChoice }: FittedRequest): readonly Tool[] =>
  toolChoice?.type === 'tool' ? tools.filter(({ name }) => name === toolChoice.name) : tools

function choiceFields(choice: ToolChoice, forced: 'required' | 'any'): string | JsonObject {
  switch (choice.type) {
    case 'auto':
    case 'none':
      return choice.type
    case 'any':
      return forced
    case 'tool':
      return forced === 'any' ? forced : { type: 'function', function: { name: choice.name } }
  }
}

function formatFields(output: OutputFormat): JsonObject {
  if (output.type === 'json') return { type: 'json_object' }
  const { description, schema } = output
  const described = description === undefined ? {} : { description }
  const strict = isClosed(output)
  const json_schema = { name: schemaName(output.name), ...described, schema, strict }
  return { type: 'json_schema', json_schema }
}
