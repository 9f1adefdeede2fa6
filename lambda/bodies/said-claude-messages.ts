/** Reads a caller's own body for Claude from 3 on: Anthropic's Messages API inside Bedrock's. */
import type { SaidRequest } from '../core/request.ts'
import { listOf, oneOf, type Reader, readFields } from '../wire/anthropic-fields.ts'
import { readAnthropicRequest } from '../wire/anthropic-request.ts'
import { amount, apart, invokeFields, nothingLost, steering, stops } from './said-fields.ts'

const counted: Reader<unknown> = (value, place) =>
  value === 'all' ||
  readFields(value, place, {
    type: oneOf('input_tokens', 'tool_uses', 'thinking_turns'),
    value: amount,
  })

/**
 * Anthropic, "Context editing": clearing only takes away from what the model reads. An edit that
 * compacts has instructions of its own, and is refused.
 */
const edit = {
  type: oneOf('clear_tool_uses_20250919', 'clear_thinking_20251015'),
  trigger: counted,
  keep: counted,
  clear_at_least: counted,
  exclude_tools: stops,
  clear_tool_inputs: steering,
}

const edits = listOf((value, place) => readFields(value, place, edit))

const around = {
  ...invokeFields,
  context_management: ((value, place) =>
    readFields(value, place, { edits })) satisfies Reader<unknown>,
}

const harmless =
  /^(metadata\.user_id|thinking\.(display|block_binding|type)|output_config\.(effort|task_budget)|document content in parts|tools\[\]\.(strict|eager_input_streaming|defer_loading)|.*\.(scope|transformations|cache_control))$/

export function saidClaudeMessages(body: unknown): SaidRequest {
  return readAnthropicRequest(apart(body, around), nothingLost(harmless), { native: true })
}
