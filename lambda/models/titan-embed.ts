/**
 * Amazon Titan Text Embeddings: one text of up to 8,192 tokens a call.
 *
 * Prices: third-party tables of 2026-07 to 09; AWS's price list is the authority.
 */
import { titanEmbed1, titanEmbed2 } from '../bodies/titan-embed.ts'
import type { EmbeddingModel } from '../core/model.ts'

const family = {
  task: 'embed',
  limits: { context: 8_192, batch: 1 },
  profiles: [],
  onDemand: 'everywhere',
  lifecycle: { status: 'active' },
} as const satisfies Partial<EmbeddingModel>

const from = '2026-01-01'

export const titanEmbed: readonly EmbeddingModel[] = [
  {
    ...family,
    id: 'amazon.titan-embed-text-v2:0',
    name: 'Titan Text Embeddings V2',
    body: titanEmbed2,
    dimensions: [1024, 512, 256],
    price: [{ from, input: 0.02, output: 0 }],
  },
  {
    ...family,
    id: 'amazon.titan-embed-text-v1',
    name: 'Titan Embeddings G1 - Text',
    body: titanEmbed1,
    dimensions: [1536],
    price: [{ from, input: 0.1, output: 0 }],
  },
]
