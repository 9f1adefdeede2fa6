/**
 * MiniMax: open models, spoken to by chat completions.
 *
 * Limits and prices: third-party tables of 2026-11-10 (cross-checked with two more); AWS's price
 * list is the authority.
 */
import type { Model } from '../core/model.ts'
import { from, openWeights } from './open-weights.ts'

export const minimax: readonly Model[] = [
  {
    ...openWeights,
    id: 'minimax.minimax-m2.5',
    name: 'MiniMax M2.5',
    limits: { context: 196_608, output: 98_304 },
    price: [{ from, input: 0.3, output: 1.2 }],
  },
  {
    ...openWeights,
    id: 'minimax.minimax-m2.1',
    name: 'MiniMax M2.1',
    limits: { context: 196_608, output: 131_072 },
    price: [{ from, input: 0.3, output: 1.2 }],
  },
  {
    ...openWeights,
    id: 'minimax.minimax-m2',
    name: 'MiniMax M2',
    limits: { context: 204_608, output: 128_000 },
    price: [{ from, input: 0.3, output: 1.2 }],
  },
]
