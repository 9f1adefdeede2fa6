/** Writes what Claude's body has a word for beside the conversation: betas, tool choice, form. */
import type { Notice } from '../core/contracts.ts'
import type { JsonObject } from '../core/conversation.ts'
import type { Model } from '../core/model.ts'
import type { FittedRequest } from '../core/request.ts'

/** Bedrock answers 400 to a beta it does not know for the model. */
export function claudeBetas(
  { betas = [] }: FittedRequest,
  model: Model,
  notice: Notice,
): JsonObject {
  const known = betas.filter((name) => model.accepts.betas.includes(name))
  for (const name of betas) {
    if (!known.includes(name))
      notice(`anthropic-beta ${name}: left out; ${model.name} does not take it`)
  }
  return known.length === 0 ? {} : { anthropic_beta: known }
}

/** Without tools there is no choice; one tool at a time is a way of choosing. */
export function claudeToolChoice({ tools, toolChoice, parallelTools }: FittedRequest): JsonObject {
  if (tools.length === 0) return {}
  if (toolChoice?.type === 'none') return { tool_choice: toolChoice }
  if (parallelTools === undefined || (parallelTools && toolChoice === undefined)) {
    return toolChoice === undefined ? {} : { tool_choice: toolChoice }
  }
  const alone = { disable_parallel_tool_use: !parallelTools }
  return { tool_choice: { ...(toolChoice ?? { type: 'auto' }), ...alone } }
}

/** `thinking` may have said an effort, which stands in the same field. */
export function claudeOutput({ output }: FittedRequest, thinking: JsonObject): JsonObject {
  if (output?.type !== 'json-schema') return {}
  const said = (thinking.output_config ?? {}) as JsonObject
  return { output_config: { ...said, format: { type: 'json_schema', schema: output.schema } } }
}
