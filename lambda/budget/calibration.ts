/** What calls of a model have come to, as this environment has seen: for estimates, never for limits. */
import type { Call } from '../core/contracts.ts'
import { tokensOf } from '../core/cost.ts'
import type { AnyModel } from '../core/model.ts'
import type { Usage } from '../core/reply.ts'
import { promptSize } from './prompt-size.ts'

/** Estimates in tokens, at least 1, before any bound. */
export type Calibration = {
  readonly prompt: (call: Call) => number
  readonly output: (call: Call) => number
  /** What a call was billed. */
  readonly learn: (call: Call, usage: Usage) => void
}

/** Running sums, of which the past counts less with each call: a long prompt says more than a short one. */
type Sums = { tokens: number; bytes: number; output: number; asked: number }

/**
 * Before anything is learnt: half a token for a byte (English has a quarter, CJK a third, code
 * between), and all of the answer that was asked for.
 */
const unlearnt: Sums = { tokens: 2_048, bytes: 4_096, output: 1_024, asked: 1_024 }

/** How much of the past a call leaves. */
const kept = 0.9
/** Most calls are not the average one. */
const headroom = 1.25
/** A usual photograph; Anthropic, "Vision". */
const perImage = 1_600
const mostModels = 256

export function openCalibration(): Calibration {
  const known = new Map<string, Sums>()

  function sumsOf({ id }: AnyModel): Sums {
    const sums = known.get(id)
    if (sums !== undefined) return sums
    const [oldest] = known.keys()
    if (known.size >= mostModels && oldest !== undefined) known.delete(oldest)
    const fresh = { ...unlearnt }
    known.set(id, fresh)
    return fresh
  }

  return {
    prompt(call) {
      const { bytes, images } = promptSize(call)
      const { tokens, bytes: seen } = known.get(call.model.id) ?? unlearnt
      return Math.max(1, Math.ceil((bytes * headroom * tokens) / seen) + images * perImage)
    },
    output(call) {
      if (call.task === 'embed') return 0
      const { output, asked } = known.get(call.model.id) ?? unlearnt
      return Math.max(1, Math.ceil((call.request.maxTokens * headroom * output) / asked))
    },
    /** Of images and documents nothing is learnt about words, and nothing of a guess. */
    learn(call, usage) {
      if (call.task === 'count' || usage.guessed !== undefined) return
      const { bytes, images, opaque } = promptSize(call)
      const sums = sumsOf(call.model)
      if (images === 0 && !opaque) {
        sums.tokens = kept * sums.tokens + tokensOf(usage) - usage.output
        sums.bytes = kept * sums.bytes + bytes
      }
      if (call.task === 'chat') {
        sums.output = kept * sums.output + usage.output
        sums.asked = kept * sums.asked + call.request.maxTokens
      }
    },
  }
}
