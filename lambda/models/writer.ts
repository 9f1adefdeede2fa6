/**
 * Writer Palmyra: by Converse.
 *
 * Limits and prices: third-party tables of 2026-11-10 (cross-checked with two more); AWS's price
 * list is the authority.
 */
import { converse } from '../bodies/converse.ts'
import type { Accepts, Model } from '../core/model.ts'
import { converseAccepts, from } from './open-weights.ts'

const accepts: Accepts = { ...converseAccepts, jsonSchema: 'tool' }

const palmyra = {
  body: converse,
  accepts,
  profiles: ['us'],
  onDemand: [],
  lifecycle: { status: 'active' },
} as const satisfies Partial<Model>

export const writer: readonly Model[] = [
  {
    ...palmyra,
    id: 'writer.palmyra-x5-v1:0',
    name: 'Palmyra X5',
    limits: { context: 1_040_000, output: 8_192 },
    price: [{ from, input: 0.6, output: 6 }],
  },
  {
    ...palmyra,
    id: 'writer.palmyra-x4-v1:0',
    name: 'Palmyra X4',
    limits: { context: 122_880, output: 8_192 },
    price: [{ from, input: 2.5, output: 10 }],
  },
]
