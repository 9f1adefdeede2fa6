/**
 * Amazon Nova: text and images in, text and tool calls out.
 *
 * Limits and prices: third-party tables of 2026-11-10 (cross-checked with two more); AWS's price
 * list is the authority. Bounds of parameters: AWS, "Complete request schema" of Amazon Nova.
 */
import { nova1, nova2 } from '../bodies/nova.ts'
import type { Accepts, Model } from '../core/model.ts'

const accepts: Accepts = {
  system: true,
  tools: true,
  images: true,
  /** Only Converse takes documents; the native body has no block for them. */
  documents: false,
  thinking: 'no',
  cachePoints: true,
  temperature: { min: 0, max: 1 },
  topP: { min: 0, max: 1 },
  topK: { min: 0, max: 128 },
  oneSampler: false,
  stopSequences: 4,
  streaming: true,
  jsonSchema: 'tool',
  forcedTools: true,
  prefill: true,
  betas: [],
}

const family1 = {
  body: nova1,
  accepts,
  lifecycle: { status: 'active' },
  onDemand: ['us-east-1', 'us-gov-west-1'],
} as const satisfies Partial<Model>

const from = '2026-01-01'

export const nova: readonly Model[] = [
  {
    id: 'amazon.nova-2-lite-v1:0',
    name: 'Nova 2 Lite',
    body: nova2,
    limits: { context: 1_000_000, output: 65_535 },
    accepts: { ...accepts, thinking: 'effort' },
    price: [{ from, input: 0.3, output: 2.5, cacheRead: 0.075, cacheWrite5m: 0.3, geoPercent: 10 }],
    profiles: ['us', 'eu', 'jp', 'global'],
    onDemand: [],
    lifecycle: { status: 'active' },
  },
  {
    ...family1,
    id: 'amazon.nova-premier-v1:0',
    name: 'Nova Premier',
    limits: { context: 1_000_000, output: 10_000 },
    price: [{ from, input: 2.5, output: 12.5, cacheRead: 0.625, cacheWrite5m: 2.5 }],
    profiles: ['us'],
    onDemand: [],
  },
  {
    ...family1,
    id: 'amazon.nova-pro-v1:0',
    name: 'Nova Pro',
    limits: { context: 300_000, output: 10_000 },
    price: [{ from, input: 0.8, output: 3.2, cacheRead: 0.2, cacheWrite5m: 0.8 }],
    profiles: ['us', 'eu', 'apac'],
  },
  {
    ...family1,
    id: 'amazon.nova-lite-v1:0',
    name: 'Nova Lite',
    limits: { context: 300_000, output: 10_000 },
    price: [{ from, input: 0.06, output: 0.24, cacheRead: 0.015, cacheWrite5m: 0.06 }],
    profiles: ['us', 'eu', 'apac', 'ca'],
  },
  {
    ...family1,
    id: 'amazon.nova-micro-v1:0',
    name: 'Nova Micro',
    limits: { context: 128_000, output: 10_000 },
    accepts: { ...accepts, images: false },
    price: [{ from, input: 0.035, output: 0.14, cacheRead: 0.00875, cacheWrite5m: 0.035 }],
    profiles: ['us', 'eu', 'apac'],
  },
]
