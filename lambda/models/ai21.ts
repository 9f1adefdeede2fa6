/**
 * AI21: Jamba, about to end, and Jurassic-2, long retired and kept for its body.
 *
 * Limits and prices: third-party tables of 2026-11-10 (cross-checked with two more); AWS's price
 * list is the authority.
 */
import { jamba } from '../bodies/jamba.ts'
import { jurassic } from '../bodies/jurassic.ts'
import type { Accepts, Model } from '../core/model.ts'
import { from, openAccepts } from './open-weights.ts'

const textOnly: Accepts = {
  ...openAccepts,
  tools: false,
  jsonSchema: 'no',
  forcedTools: false,
}

const jambas = {
  body: jamba,
  accepts: textOnly,
  profiles: [],
  onDemand: ['us-east-1'],
} as const satisfies Partial<Model>

const jurassic2 = {
  body: jurassic,
  accepts: { ...textOnly, temperature: { min: 0, max: 1 }, streaming: false, prefill: true },
  limits: { context: 8_191, output: 8_191 },
  profiles: [],
  onDemand: 'everywhere',
} as const satisfies Partial<Model>

const jambaEnds = '2026-11-26'
const jurassicEnded = '2024-08-31'

export const ai21: readonly Model[] = [
  {
    ...jambas,
    id: 'ai21.jamba-1-5-large-v1:0',
    name: 'Jamba 1.5 Large',
    limits: { context: 256_000, output: 4_096 },
    price: [{ from, input: 2, output: 8 }],
    lifecycle: {
      status: 'legacy',
      endOfLife: jambaEnds,
      successor: 'mistral.mistral-large-3-675b-instruct',
    },
  },
  {
    ...jambas,
    id: 'ai21.jamba-1-5-mini-v1:0',
    name: 'Jamba 1.5 Mini',
    limits: { context: 256_000, output: 4_096 },
    price: [{ from, input: 0.2, output: 0.4 }],
    lifecycle: {
      status: 'legacy',
      endOfLife: jambaEnds,
      successor: 'mistral.ministral-3-14b-instruct',
    },
  },
  {
    ...jurassic2,
    id: 'ai21.j2-ultra-v1',
    name: 'Jurassic-2 Ultra',
    price: [{ from: '2023-09-28', input: 18.8, output: 18.8 }],
    lifecycle: {
      status: 'retired',
      endOfLife: jurassicEnded,
      successor: 'amazon.nova-pro-v1:0',
    },
  },
  {
    ...jurassic2,
    id: 'ai21.j2-mid-v1',
    name: 'Jurassic-2 Mid',
    price: [{ from: '2023-09-28', input: 12.5, output: 12.5 }],
    lifecycle: {
      status: 'retired',
      endOfLife: jurassicEnded,
      successor: 'amazon.nova-lite-v1:0',
    },
  },
]
