/**
 * xAI Grok: by Converse; it thinks as long as an effort says.
 *
 * Limits and prices: third-party tables of 2026-11-10 (cross-checked with two more); AWS's price
 * list is the authority.
 */
import { converse } from '../bodies/converse.ts'
import type { Accepts, Model } from '../core/model.ts'
import { converseAccepts, from } from './open-weights.ts'

/** AWS lists these models under Converse; their own bodies are not documented for InvokeModel. */
const accepts: Accepts = { ...converseAccepts, images: true, thinking: 'effort' }

const grok = {
  body: converse,
  accepts,
  profiles: ['us', 'global'],
  onDemand: [],
  lifecycle: { status: 'active' },
} as const satisfies Partial<Model>

export const xai: readonly Model[] = [
  {
    ...grok,
    id: 'xai.grok-4.7',
    name: 'Grok 4.7',
    limits: { context: 500_000, output: 500_000 },
    price: [{ from, input: 2, output: 6, cacheRead: 0.5, geoPercent: 10 }],
  },
  {
    ...grok,
    id: 'xai.grok-4.6',
    name: 'Grok 4.6',
    limits: { context: 500_000, output: 500_000 },
    price: [{ from, input: 2, output: 6, cacheRead: 0.5, geoPercent: 10 }],
  },
  {
    ...grok,
    id: 'xai.grok-4.3',
    name: 'Grok 4.3',
    profiles: [],
    onDemand: 'everywhere',
    limits: { context: 1_000_000, output: 131_072 },
    price: [{ from, input: 1.25, output: 2.5, cacheRead: 0.2 }],
  },
]
