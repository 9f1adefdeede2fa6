/** Reads how a model shall think, how hard it shall try, and what form its answer shall have. */
import type { Notice } from '../core/contracts.ts'
import type { Effort, OutputFormat, ThinkingWish } from '../core/request.ts'
import {
  leftOut,
  need,
  objectOf,
  oneOf,
  type Place,
  type Reader,
  readFields,
  wholeNumber,
  within,
  wrong,
} from './anthropic-fields.ts'
import { faced, shape } from './schema.ts'

/** Anthropic, "Extended thinking". */
const leastBudget = 1024

const thinkingFields = {
  type: oneOf('enabled', 'adaptive', 'disabled', 'between_tools'),
  budget_tokens: wholeNumber(leastBudget),
  display: leftOut('thinking is shown as the model’s default has it'),
  block_binding: leftOut('Bedrock does not take it'),
}

export const readThinking: Reader<ThinkingWish> = faced(
  shape(thinkingFields, 'type'),
  (value, place) => {
    const { type, budget_tokens } = readFields(value, place, thinkingFields)
    const kind = need(type, place, 'type', 'enabled, adaptive or disabled')
    switch (kind) {
      case 'enabled':
        return {
          type: 'budget',
          tokens: need(budget_tokens, place, 'budget_tokens', `at least ${leastBudget}`),
        }
      case 'between_tools':
        place.notice('thinking.type between_tools: sent as adaptive')
        return { type: 'adaptive' }
      case 'adaptive':
        return { type: 'adaptive' }
      case 'disabled':
        return { type: 'off' }
    }
  },
)

/** With interleaved thinking a budget is for all turns of tools together, and may be larger. */
const interleaved = 'interleaved-thinking-2025-05-14'

export function checkBudget(
  wish: ThinkingWish | undefined,
  maxTokens: number | undefined,
  betas: readonly string[],
  place: Place,
): void {
  if (wish?.type !== 'budget' || maxTokens === undefined || wish.tokens < maxTokens) return
  if (betas.includes(interleaved)) return
  const at = within(within(place, 'thinking'), 'budget_tokens')
  throw wrong(wish.tokens, at, `less than max_tokens, which is ${maxTokens}`)
}

const formatFields = { type: oneOf('json_schema'), schema: objectOf }

/** Anthropic's schemas have no name. */
export const readFormat: Reader<OutputFormat> = faced(
  shape(formatFields, 'type', 'schema'),
  (value, place) => {
    const { type, schema } = readFields(value, place, formatFields)
    need(type, place, 'type', 'json_schema')
    return {
      type: 'json-schema',
      name: 'answer',
      schema: need(schema, place, 'schema', 'a JSON Schema'),
    }
  },
)

const outputFields = {
  effort: oneOf('low', 'medium', 'high', 'xhigh', 'max'),
  format: readFormat,
  task_budget: leftOut('Bedrock does not take it'),
}

export type OutputWish = { readonly effort?: Effort; readonly format?: OutputFormat }

export const readOutput: Reader<OutputWish> = faced(shape(outputFields), (value, place) => {
  const { effort, format } = readFields(value, place, outputFields)
  return { ...(effort !== undefined && { effort }), ...(format !== undefined && { format }) }
})

/** Effort is how long a model thinks that decides so itself; a budget says it already. */
export function thinkingWish(
  wish: ThinkingWish | undefined,
  effort: Effort | undefined,
  notice: Notice,
): ThinkingWish | undefined {
  if (effort === undefined) return wish
  switch (wish?.type) {
    case 'budget':
    case 'off':
      notice(`output_config.effort: left out; it goes with adaptive thinking only`)
      return wish
    case 'adaptive':
    case undefined:
      return { type: 'adaptive', effort }
  }
}
