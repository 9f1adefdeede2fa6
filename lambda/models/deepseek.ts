/**
 * DeepSeek: V3 by chat completions, R1 by Converse.
 *
 * Limits and prices: third-party tables of 2026-11-10 (cross-checked with two more); AWS's price
 * list is the authority.
 */
import { converse } from '../bodies/converse.ts'
import type { Accepts, Model } from '../core/model.ts'
import { byProfile, converseAccepts, from, openWeights } from './open-weights.ts'

/** R1 thinks before every answer, and calls no tools. */
const reasoner: Accepts = {
  ...converseAccepts,
  tools: false,
  jsonSchema: 'no',
  forcedTools: false,
}

export const deepseek: readonly Model[] = [
  {
    ...openWeights,
    id: 'deepseek.v3.2',
    name: 'DeepSeek V3.2',
    limits: { context: 163_840, output: 81_920 },
    price: [{ from, input: 0.62, output: 1.85 }],
  },
  {
    ...openWeights,
    id: 'deepseek.v3-v1:0',
    name: 'DeepSeek V3.1',
    limits: { context: 163_840, output: 81_920 },
    price: [{ from, input: 0.58, output: 1.68 }],
  },
  {
    ...byProfile,
    id: 'deepseek.r1-v1:0',
    name: 'DeepSeek R1',
    body: converse,
    accepts: reasoner,
    profiles: ['us'],
    limits: { context: 128_000, output: 32_768 },
    price: [{ from, input: 1.35, output: 5.4 }],
  },
]
