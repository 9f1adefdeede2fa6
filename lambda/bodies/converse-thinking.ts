/** Writes the wish to think for Converse: an effort it has a word for, a budget by the side door. */
import type { Notice } from '../core/contracts.ts'
import type { JsonObject } from '../core/conversation.ts'
import type { Model } from '../core/model.ts'
import type { Effort, FittedRequest, Sampling } from '../core/request.ts'
import { besideThinking, claudeThinking } from './claude-thinking.ts'
import { effortOf } from './effort.ts'

const efforts = {
  low: 'low',
  medium: 'medium',
  high: 'high',
  xhigh: 'xhigh',
  max: 'max',
} as const satisfies Record<Effort, Effort>

type Thought = {
  readonly outputConfig: JsonObject
  readonly additional: JsonObject
  readonly sampling: Sampling
}

export function converseThinking(request: FittedRequest, model: Model, notice: Notice): Thought {
  const { thinking: wish, sampling } = request
  const silent = { outputConfig: {}, additional: {}, sampling }
  if (wish === undefined) return silent
  if (model.accepts.thinking !== 'effort') {
    const { output_config, ...additional } = claudeThinking(request, model, notice)
    const thinks = 'thinking' in additional && wish.type !== 'off'
    return {
      outputConfig: (output_config ?? {}) as JsonObject,
      additional,
      sampling: thinks ? besideThinking(request, notice) : sampling,
    }
  }
  if (wish.type === 'off') {
    notice(`thinking: not turned off; ${model.name} decides itself whether to think`)
    return silent
  }
  if (wish.type === 'adaptive' && wish.effort === undefined) return silent
  return { ...silent, outputConfig: { effort: effortOf(wish, efforts, notice) } }
}
