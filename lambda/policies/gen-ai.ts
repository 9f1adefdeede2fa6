/**
 * A call in the words of OpenTelemetry, "Semantic conventions for generative client AI spans":
 * attributes that any tool which knows them can read from the log line.
 */
import type { Call, Target, TargetedCall } from '../core/contracts.ts'
import type { LogFields } from '../core/record.ts'
import type { Stop, Usage } from '../core/reply.ts'

/** Its well-known values of `gen_ai.provider.name`; others who speak as OpenAI does are told so. */
const providers = {
  bedrock: 'aws.bedrock',
  openai: 'openai',
  azure: 'azure.ai.openai',
  anthropic: 'anthropic',
  cohere: 'cohere',
} as const satisfies Record<Target['type'], string>

/** Its `FinishReason`, and `other` for what has no name there. */
const finishReasons = {
  end: 'stop',
  sequence: 'stop',
  length: 'length',
  'tool-calls': 'tool_call',
  filtered: 'content_filter',
  refused: 'content_filter',
  other: 'other',
} as const satisfies Record<Stop['reason'], string>

/** A count of tokens is no operation of a model. */
export function askedOf(call: Call): Partial<LogFields> {
  if (call.task === 'count') return {}
  const { model } = call.request
  if (call.task === 'embed') {
    return { 'gen_ai.operation.name': 'embeddings', 'gen_ai.request.model': model }
  }
  const { maxTokens, sampling } = call.request
  const { temperature, topP } = sampling
  return {
    'gen_ai.operation.name': 'chat',
    'gen_ai.request.model': model,
    'gen_ai.request.max_tokens': maxTokens,
    ...(temperature !== undefined && { 'gen_ai.request.temperature': temperature }),
    ...(topP !== undefined && { 'gen_ai.request.top_p': topP }),
  }
}

export function toldOf(call: TargetedCall, stop: Stop, usage: Usage): Partial<LogFields> {
  if (call.task === 'count') return {}
  const { input, cacheRead, cacheWrite5m, cacheWrite1h, output } = usage
  return {
    'gen_ai.provider.name': providers[call.target.type],
    'gen_ai.response.model': call.target.model.id,
    'gen_ai.usage.input_tokens': input + cacheRead + cacheWrite5m + cacheWrite1h,
    ...(call.task === 'chat' && {
      'gen_ai.usage.output_tokens': output,
      'gen_ai.response.finish_reasons': [finishReasons[stop.reason]],
    }),
  }
}
