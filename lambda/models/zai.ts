/**
 * Z.AI GLM: open models, spoken to by chat completions; GLM 5.3 by a profile only.
 *
 * Limits and prices: third-party tables of 2026-11-10 (cross-checked with two more); AWS's price
 * list is the authority.
 */
import type { Model } from '../core/model.ts'
import { byProfile, from, openWeights } from './open-weights.ts'

export const zai: readonly Model[] = [
  {
    ...byProfile,
    id: 'zai.glm-5.3',
    name: 'GLM 5.3',
    limits: { context: 1_000_000, output: 128_000 },
    price: [
      { from, input: 1.68, output: 5.28, cacheRead: 0.312, cacheWrite5m: 2.1, geoPercent: 10 },
    ],
  },
  {
    ...openWeights,
    id: 'zai.glm-5',
    name: 'GLM 5',
    limits: { context: 202_752, output: 131_072 },
    price: [{ from, input: 1, output: 3.2 }],
  },
  {
    ...openWeights,
    id: 'zai.glm-4.7',
    name: 'GLM 4.7',
    limits: { context: 202_752, output: 131_072 },
    price: [{ from, input: 0.6, output: 2.2 }],
  },
  {
    ...openWeights,
    id: 'zai.glm-4.7-flash',
    name: 'GLM 4.7 Flash',
    limits: { context: 202_752, output: 131_072 },
    price: [{ from, input: 0.07, output: 0.4 }],
  },
]
