/**
 * NVIDIA Nemotron: open models, spoken to by chat completions.
 *
 * Limits and prices: third-party tables of 2026-11-10 (cross-checked with two more); AWS's price
 * list is the authority.
 */
import type { Model } from '../core/model.ts'
import { from, openWeights, seeing } from './open-weights.ts'

export const nvidia: readonly Model[] = [
  {
    ...openWeights,
    id: 'nvidia.nemotron-super-3-120b',
    name: 'Nemotron 3 Super 120B',
    limits: { context: 262_144, output: 131_072 },
    price: [{ from, input: 0.15, output: 0.65 }],
  },
  {
    ...openWeights,
    id: 'nvidia.nemotron-nano-3-30b',
    name: 'Nemotron 3 Nano 30B',
    limits: { context: 262_144, output: 8_192 },
    price: [{ from, input: 0.06, output: 0.24 }],
  },
  {
    ...openWeights,
    id: 'nvidia.nemotron-nano-12b-v2',
    name: 'Nemotron Nano 12B v2 VL',
    accepts: seeing,
    limits: { context: 131_072, output: 8_192 },
    price: [{ from, input: 0.2, output: 0.6 }],
  },
  {
    ...openWeights,
    id: 'nvidia.nemotron-nano-9b-v2',
    name: 'Nemotron Nano 9B v2',
    limits: { context: 131_072, output: 8_192 },
    price: [{ from, input: 0.06, output: 0.23 }],
  },
]
