/**
 * Cohere Embed; Cohere's chat models were retired from Bedrock on 2026-08-19.
 *
 * Prices: third-party tables of 2026-07 to 09; AWS's price list is the authority. Limits: AWS,
 * "Cohere Embed models".
 */
import { cohereEmbed3, cohereEmbed4 } from '../bodies/cohere-embed.ts'
import type { EmbeddingModel } from '../core/model.ts'

const family = {
  task: 'embed',
  lifecycle: { status: 'active' },
} as const satisfies Partial<EmbeddingModel>

const family3 = {
  ...family,
  body: cohereEmbed3,
  limits: { context: 512, batch: 96 },
  dimensions: [1024],
  profiles: [],
  onDemand: 'everywhere',
} as const satisfies Partial<EmbeddingModel>

const from = '2026-01-01'

export const cohere: readonly EmbeddingModel[] = [
  {
    ...family,
    id: 'cohere.embed-v4:0',
    name: 'Cohere Embed 4',
    body: cohereEmbed4,
    limits: { context: 128_000, batch: 96 },
    dimensions: [1536, 1024, 512, 256],
    price: [{ from, input: 0.12, output: 0 }],
    profiles: ['us', 'eu', 'global'],
    onDemand: ['us-east-1', 'eu-west-1', 'ap-northeast-1'],
  },
  {
    ...family3,
    id: 'cohere.embed-english-v3',
    name: 'Cohere Embed English 3',
    price: [{ from, input: 0.1, output: 0 }],
  },
  {
    ...family3,
    id: 'cohere.embed-multilingual-v3',
    name: 'Cohere Embed Multilingual 3',
    price: [{ from, input: 0.1, output: 0 }],
  },
]
