/**
 * Amazon Titan Text: retired by AWS on 2025-08-15, kept because its body is still spoken.
 *
 * Limits: AWS, "Amazon Titan Text models". Prices: the last ones listed, from third-party tables;
 * AWS's price list is the authority.
 */
import { titanText } from '../bodies/titan-text.ts'
import type { Accepts, Model } from '../core/model.ts'

const accepts: Accepts = {
  system: false,
  tools: false,
  images: false,
  documents: false,
  thinking: 'no',
  cachePoints: false,
  temperature: { min: 0, max: 1 },
  topP: { min: 0, max: 1 },
  oneSampler: false,
  /** AWS names no bound; four is what most callers' own vocabulary has. */
  stopSequences: 4,
  streaming: true,
  jsonSchema: 'no',
  forcedTools: false,
  prefill: true,
  betas: [],
}

const family = {
  body: titanText,
  accepts,
  profiles: [],
  onDemand: 'everywhere',
} as const satisfies Partial<Model>

const endOfLife = '2025-08-15'
const from = '2023-11-29'

export const titan: readonly Model[] = [
  {
    ...family,
    id: 'amazon.titan-text-express-v1',
    name: 'Titan Text Express',
    limits: { context: 8_192, output: 8_192 },
    price: [{ from, input: 0.2, output: 0.6 }],
    lifecycle: { status: 'retired', endOfLife, successor: 'amazon.nova-lite-v1:0' },
  },
  {
    ...family,
    id: 'amazon.titan-text-lite-v1',
    name: 'Titan Text Lite',
    limits: { context: 4_096, output: 4_096 },
    price: [{ from, input: 0.15, output: 0.2 }],
    lifecycle: { status: 'retired', endOfLife, successor: 'amazon.nova-micro-v1:0' },
  },
  {
    ...family,
    id: 'amazon.titan-text-premier-v1:0',
    name: 'Titan Text Premier',
    limits: { context: 32_000, output: 3_072 },
    price: [{ from, input: 0.5, output: 1.5 }],
    lifecycle: { status: 'retired', endOfLife, successor: 'amazon.nova-pro-v1:0' },
  },
]
