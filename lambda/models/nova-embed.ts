/**
 * Amazon Nova embeddings: here of text only, one a call.
 *
 * Price: third-party tables of 2026-07 to 09; AWS's price list is the authority. Lengths and the
 * context: AWS, "Using Amazon Nova embeddings".
 */
import { novaEmbed as body } from '../bodies/nova-embed.ts'
import type { EmbeddingModel } from '../core/model.ts'

export const novaEmbed: readonly EmbeddingModel[] = [
  {
    task: 'embed',
    id: 'amazon.nova-2-multimodal-embeddings-v1:0',
    name: 'Nova Multimodal Embeddings',
    body,
    limits: { context: 8_192, batch: 1 },
    dimensions: [3072, 1024, 384, 256],
    price: [{ from: '2026-01-01', input: 0.135, output: 0 }],
    profiles: [],
    onDemand: ['us-east-1'],
    lifecycle: { status: 'active' },
  },
]
