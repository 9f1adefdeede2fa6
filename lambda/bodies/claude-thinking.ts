/** Writes the wish to think in the words a Claude model knows, and clears what excludes it. */
import type { Notice } from '../core/contracts.ts'
import type { JsonObject } from '../core/conversation.ts'
import { TollgateError } from '../core/errors.ts'
import type { Model } from '../core/model.ts'
import type { Effort, FittedRequest, Sampling, ThinkingWish } from '../core/request.ts'

/** Anthropic, "Extended thinking": the least budget, which must also be below `max_tokens`. */
const leastBudget = 1024

/** Where a model takes a budget only: how much of the answer an effort may spend on thinking. */
const share = {
  low: 0.2,
  medium: 0.5,
  high: 0.8,
  xhigh: 0.9,
  max: 0.95,
} as const satisfies Record<Effort, number>

export function claudeThinking(request: FittedRequest, model: Model, notice: Notice): JsonObject {
  const { thinking: wish, maxTokens } = request
  if (wish === undefined) return {}
  switch (model.accepts.thinking) {
    case 'budget':
      return budgeted(wish, maxTokens, notice)
    case 'adaptive':
      return adaptive(wish, model, notice)
    case 'effort':
    case 'no':
      if (wish.type !== 'off') notice(`thinking: left out; ${model.name} does not think`)
      return {}
  }
}

function budgeted(wish: ThinkingWish, maxTokens: number, notice: Notice): JsonObject {
  if (wish.type === 'off') return { thinking: { type: 'disabled' } }
  const wished =
    wish.type === 'budget' ? wish.tokens : Math.floor(maxTokens * share[wish.effort ?? 'high'])
  if (maxTokens <= leastBudget) {
    notice(`thinking: left out; it takes ${leastBudget} tokens, and max_tokens leaves none`)
    return {}
  }
  const budget = Math.max(leastBudget, Math.min(wished, maxTokens - 1))
  if (wish.type !== 'budget' || budget !== wished) {
    notice(`thinking: sent as a budget of ${budget} tokens`)
  }
  return { thinking: { type: 'enabled', budget_tokens: budget } }
}

/** `disabled` is refused with a 400 by models that decide themselves (seen on Sonnet 5.5). */
function adaptive(wish: ThinkingWish, model: Model, notice: Notice): JsonObject {
  const thinking = { type: 'adaptive' }
  switch (wish.type) {
    case 'off':
      notice(`thinking: not turned off; ${model.name} decides itself whether to think`)
      return {}
    case 'budget':
      notice(`thinking budget: left out; ${model.name} decides itself how long to think`)
      return { thinking }
    case 'adaptive':
      return wish.effort === undefined
        ? { thinking }
        : { thinking, output_config: { effort: wish.effort } }
  }
}

/** Anthropic: thinking excludes top_k, a temperature but 1, a top_p below 0.95 and a forced tool. */
export function besideThinking(request: FittedRequest, notice: Notice): Sampling {
  const { sampling, toolChoice, tools } = request
  if (tools.length > 0 && (toolChoice?.type === 'any' || toolChoice?.type === 'tool')) {
    const message =
      'A model that is to think cannot be made to call a tool; ask for the choice auto or none'
    throw new TollgateError('unsupported_parameter', message, { param: 'tool_choice' })
  }
  const { temperature, topP, topK, ...others } = sampling
  const warm = temperature === undefined || temperature === 1
  const wide = topP === undefined || topP >= 0.95
  if (!warm || !wide || topK !== undefined) {
    notice('temperature, top_p, top_k: left out; the model does not take them while it thinks')
  }
  return {
    ...others,
    ...(warm && temperature !== undefined && { temperature }),
    ...(wide && topP !== undefined && { topP }),
  }
}
