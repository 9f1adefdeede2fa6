/**
 * Alibaba Qwen: open models, spoken to by chat completions.
 *
 * Limits and prices: third-party tables of 2026-11-10 (cross-checked with two more); AWS's price
 * list is the authority.
 */
import type { Model } from '../core/model.ts'
import { from, openWeights, seeing } from './open-weights.ts'

export const qwen: readonly Model[] = [
  {
    ...openWeights,
    id: 'qwen.qwen3-vl-235b-a22b',
    name: 'Qwen3 VL 235B A22B',
    accepts: seeing,
    limits: { context: 262_144, output: 262_000 },
    price: [{ from, input: 0.53, output: 2.66 }],
  },
  {
    ...openWeights,
    id: 'qwen.qwen3-next-80b-a3b',
    name: 'Qwen3 Next 80B A3B',
    limits: { context: 262_144, output: 262_000 },
    price: [{ from, input: 0.15, output: 1.2 }],
  },
  {
    ...openWeights,
    id: 'qwen.qwen3-coder-next',
    name: 'Qwen3 Coder Next',
    limits: { context: 262_144, output: 65_536 },
    price: [{ from, input: 0.5, output: 1.2 }],
  },
  {
    ...openWeights,
    id: 'qwen.qwen3-coder-480b-a35b-v1:0',
    name: 'Qwen3 Coder 480B A35B',
    limits: { context: 131_072, output: 65_536 },
    price: [{ from, input: 0.45, output: 1.8 }],
  },
  {
    ...openWeights,
    id: 'qwen.qwen3-coder-30b-a3b-v1:0',
    name: 'Qwen3 Coder 30B A3B',
    limits: { context: 262_144, output: 131_072 },
    /** Printed as 0.07725 and 0.309 with `flex`. */
    price: [{ from, input: 0.15, output: 0.6, tiers: { flex: 51.5 } }],
  },
  {
    ...openWeights,
    id: 'qwen.qwen3-235b-a22b-2507-v1:0',
    name: 'Qwen3 235B A22B 2507',
    limits: { context: 262_144, output: 131_072 },
    price: [{ from, input: 0.22, output: 0.88 }],
  },
  {
    ...openWeights,
    id: 'qwen.qwen3-32b-v1:0',
    name: 'Qwen3 32B',
    limits: { context: 32_768, output: 16_384 },
    price: [{ from, input: 0.15, output: 0.6 }],
  },
]
