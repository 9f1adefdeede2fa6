/**
 * Moonshot Kimi: open models, spoken to by chat completions; K3 by a profile only.
 *
 * Limits and prices: third-party tables of 2026-11-10 (cross-checked with two more); AWS's price
 * list is the authority.
 */
import type { Model } from '../core/model.ts'
import { byProfile, from, openWeights, seeing } from './open-weights.ts'

const kimi3 = { ...byProfile, accepts: seeing }

export const moonshot: readonly Model[] = [
  {
    ...kimi3,
    id: 'moonshotai.kimi-k3.1',
    name: 'Kimi K3.1',
    limits: { context: 1_048_576, output: 1_048_576 },
    price: [{ from, input: 4, output: 20, cacheRead: 0.2, cacheWrite5m: 5, geoPercent: 10 }],
  },
  {
    ...kimi3,
    id: 'moonshotai.kimi-k3',
    name: 'Kimi K3',
    limits: { context: 1_048_576, output: 128_000 },
    price: [{ from, input: 3, output: 15, cacheRead: 0.3, cacheWrite5m: 3.75, geoPercent: 10 }],
  },
  {
    ...openWeights,
    id: 'moonshotai.kimi-k2.5',
    name: 'Kimi K2.5',
    accepts: seeing,
    limits: { context: 262_144, output: 16_384 },
    price: [{ from, input: 0.6, output: 3 }],
  },
  {
    ...openWeights,
    id: 'moonshot.kimi-k2-thinking',
    name: 'Kimi K2 Thinking',
    limits: { context: 262_144, output: 16_000 },
    price: [{ from, input: 0.6, output: 2.5 }],
  },
]
