/**
 * Google Gemma 4: open models that see, spoken to by chat completions.
 *
 * Limits and prices: third-party tables of 2026-11-10 (cross-checked with two more); AWS's price
 * list is the authority.
 */
import type { Model } from '../core/model.ts'
import { from, openWeights, seeing } from './open-weights.ts'

const gemma = { ...openWeights, accepts: seeing }

export const google: readonly Model[] = [
  {
    ...gemma,
    id: 'google.gemma-4-31b',
    name: 'Gemma 4 31B',
    limits: { context: 262_144, output: 32_768 },
    price: [{ from, input: 0.14, output: 0.4 }],
  },
  {
    ...gemma,
    id: 'google.gemma-4-26b-a4b',
    name: 'Gemma 4 26B A4B',
    limits: { context: 262_144, output: 32_768 },
    price: [{ from, input: 0.13, output: 0.4 }],
  },
  {
    ...gemma,
    id: 'google.gemma-4-e2b',
    name: 'Gemma 4 E2B',
    limits: { context: 131_072, output: 8_192 },
    price: [{ from, input: 0.04, output: 0.08 }],
  },
]
