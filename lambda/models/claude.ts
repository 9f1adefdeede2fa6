/**
 * Anthropic Claude: from 4.1 on by the Messages body, before 3 by the text completion one.
 *
 * Limits and prices: third-party tables of 2026-11-10 (cross-checked with two more); AWS's price
 * list is the authority. What a model accepts: AWS, "Anthropic Claude Messages API" and the cards.
 */
import { claudeMessages } from '../bodies/claude-messages.ts'
import { claudeText } from '../bodies/claude-text.ts'
import type { Accepts, Model, Price, Rates } from '../core/model.ts'

/**
 * AWS, "Anthropic Claude Messages API", and what public gateways were seen to get through Bedrock;
 * others, such as `files-api`, `fast-mode` or `prompt-caching-scope`, are answered with a 400.
 */
const betas = [
  'interleaved-thinking-2025-05-14',
  'context-1m-2025-08-07',
  'context-management-2025-06-27',
  'fine-grained-tool-streaming-2025-05-14',
  'token-efficient-tools-2025-02-19',
  'tool-examples-2025-10-29',
  'tool-search-tool-2025-10-19',
  'compact-2026-01-12',
  'computer-use-2025-01-24',
  'computer-use-2025-11-24',
]

/** Opus 4.7 and every 5.x refuse sampling parameters and decide themselves how long to think. */
const adaptive: Accepts = {
  system: true,
  tools: true,
  images: true,
  documents: true,
  thinking: 'adaptive',
  cachePoints: true,
  oneSampler: false,
  stopSequences: 8_191,
  streaming: true,
  jsonSchema: 'tool',
  forcedTools: true,
  prefill: false,
  betas,
}

/** From 4.1 on temperature and top_p exclude each other; 4.6 decides itself how long to think. */
const sampled: Accepts = {
  ...adaptive,
  oneSampler: true,
  temperature: { min: 0, max: 1 },
  topP: { min: 0, max: 1 },
  topK: { min: 0, max: 500 },
}

/**
 * AWS, "Get validated JSON results from models": native for Haiku, Sonnet and Opus 4.5 and for Opus
 * 4.6. An answer the caller has begun is gone on with up to 4.5.
 */
const native = { jsonSchema: 'native' } as const

const budgeted: Accepts = { ...sampled, thinking: 'budget', prefill: true, ...native }

const completion: Accepts = {
  ...sampled,
  oneSampler: false,
  tools: false,
  images: false,
  documents: false,
  thinking: 'no',
  cachePoints: false,
  jsonSchema: 'no',
  forcedTools: false,
  prefill: true,
  betas: [],
}

const messages = {
  body: claudeMessages,
  accepts: adaptive,
  limits: { context: 1_000_000, output: 128_000 },
  onDemand: [],
  lifecycle: { status: 'active' },
} as const satisfies Partial<Model>

const retired = {
  body: claudeText,
  accepts: completion,
  profiles: [],
  onDemand: 'everywhere',
} as const satisfies Partial<Model>

const endOfLife = '2025-07-21'

/** In micro-dollars, so that a product is exact. */
const times = (rate: number, factor: number) => Math.round(rate * factor * 1e6) / 1e6

/** Claude writes the cache for 1.25 times its input price (5 minutes) or twice it (1 hour). */
function rates(input: number, output: number, cacheRead: number): Rates {
  const cacheWrite5m = times(input, 1.25)
  return { input, output, cacheRead, cacheWrite5m, cacheWrite1h: times(input, 2) }
}

/** From 4.5 on a geographic profile costs a tenth more than the global one. */
const price = (input: number, output: number, cacheRead: number): Price => ({
  from: '2026-01-01',
  ...rates(input, output, cacheRead),
  geoPercent: 10,
})

export const claude: readonly Model[] = [
  {
    ...messages,
    id: 'anthropic.claude-fable-5-2',
    name: 'Claude Fable 5.2',
    profiles: ['us', 'global'],
    price: [price(8, 40, 0.2)],
  },
  {
    ...messages,
    id: 'anthropic.claude-fable-5-1',
    name: 'Claude Fable 5.1',
    profiles: ['us', 'global'],
    price: [price(10, 50, 0.25)],
  },
  {
    ...messages,
    id: 'anthropic.claude-fable-5',
    name: 'Claude Fable 5',
    profiles: ['us', 'eu', 'global'],
    price: [price(10, 50, 1)],
  },
  {
    ...messages,
    id: 'anthropic.claude-opus-5-5',
    name: 'Claude Opus 5.5',
    profiles: ['us', 'eu', 'jp', 'au', 'global'],
    price: [price(4, 20, 0.2)],
  },
  {
    ...messages,
    id: 'anthropic.claude-opus-5',
    name: 'Claude Opus 5',
    profiles: ['us', 'eu', 'jp', 'au', 'in', 'global'],
    price: [price(5, 25, 0.5)],
  },
  {
    ...messages,
    id: 'anthropic.claude-opus-4-8',
    name: 'Claude Opus 4.8',
    profiles: ['us', 'eu', 'jp', 'au', 'global'],
    price: [price(5, 25, 0.5)],
  },
  {
    ...messages,
    id: 'anthropic.claude-opus-4-7',
    name: 'Claude Opus 4.7',
    profiles: ['us', 'eu', 'jp', 'au', 'global'],
    price: [price(5, 25, 0.5)],
  },
  {
    ...messages,
    id: 'anthropic.claude-opus-4-6-v1',
    name: 'Claude Opus 4.6',
    accepts: { ...sampled, ...native },
    profiles: ['us', 'eu', 'au', 'global'],
    price: [price(5, 25, 0.5)],
  },
  {
    ...messages,
    id: 'anthropic.claude-opus-4-5-20251101-v1:0',
    name: 'Claude Opus 4.5',
    accepts: budgeted,
    limits: { context: 200_000, output: 64_000 },
    profiles: ['us', 'eu', 'global'],
    price: [price(5, 25, 0.5)],
  },
  {
    ...messages,
    id: 'anthropic.claude-opus-4-1-20250805-v1:0',
    name: 'Claude Opus 4.1',
    accepts: { ...budgeted, jsonSchema: 'tool' },
    limits: { context: 200_000, output: 32_000 },
    profiles: ['us'],
    price: [{ from: '2026-01-01', ...rates(15, 75, 1.5) }],
    lifecycle: {
      status: 'legacy',
      endOfLife: '2027-01-08',
      successor: 'anthropic.claude-opus-5-5',
    },
  },
  {
    ...messages,
    id: 'anthropic.claude-sonnet-5-5',
    name: 'Claude Sonnet 5.5',
    profiles: ['us', 'eu', 'au', 'global'],
    price: [price(2, 10, 0.1)],
  },
  {
    ...messages,
    id: 'anthropic.claude-sonnet-5',
    name: 'Claude Sonnet 5',
    profiles: ['us', 'eu', 'jp', 'au', 'in', 'global'],
    price: [price(2, 10, 0.2)],
  },
  {
    ...messages,
    id: 'anthropic.claude-sonnet-4-6',
    name: 'Claude Sonnet 4.6',
    accepts: sampled,
    profiles: ['us', 'eu', 'jp', 'au', 'global'],
    price: [price(3, 15, 0.3)],
  },
  {
    ...messages,
    id: 'anthropic.claude-sonnet-4-5-20250929-v1:0',
    name: 'Claude Sonnet 4.5',
    accepts: budgeted,
    limits: { context: 200_000, output: 64_000 },
    profiles: ['us', 'eu', 'jp', 'au', 'global'],
    price: [price(3, 15, 0.3)],
    lifecycle: {
      status: 'legacy',
      endOfLife: '2027-04-08',
      successor: 'anthropic.claude-sonnet-5-5',
    },
  },
  {
    ...messages,
    id: 'anthropic.claude-haiku-5-5',
    name: 'Claude Haiku 5.5',
    profiles: ['us', 'eu', 'jp', 'au', 'global'],
    price: [{ ...price(0.1, 0.5, 0.01), above: { tokens: 100_000, ...rates(0.5, 2.5, 0.05) } }],
  },
  {
    ...messages,
    id: 'anthropic.claude-haiku-4-5-20251001-v1:0',
    name: 'Claude Haiku 4.5',
    accepts: budgeted,
    limits: { context: 200_000, output: 64_000 },
    profiles: ['us', 'eu', 'jp', 'au', 'in', 'global'],
    price: [price(1, 5, 0.1)],
  },
  {
    ...retired,
    id: 'anthropic.claude-v2:1',
    name: 'Claude 2.1',
    limits: { context: 200_000, output: 4_096 },
    price: [{ from: '2023-11-29', input: 8, output: 24 }],
    lifecycle: { status: 'retired', endOfLife, successor: 'anthropic.claude-sonnet-5-5' },
  },
  {
    ...retired,
    id: 'anthropic.claude-v2',
    name: 'Claude 2',
    limits: { context: 100_000, output: 4_096 },
    price: [{ from: '2023-11-29', input: 8, output: 24 }],
    lifecycle: { status: 'retired', endOfLife, successor: 'anthropic.claude-sonnet-5-5' },
  },
  {
    ...retired,
    id: 'anthropic.claude-instant-v1',
    name: 'Claude Instant',
    limits: { context: 100_000, output: 4_096 },
    price: [{ from: '2023-11-29', input: 0.8, output: 2.4 }],
    lifecycle: { status: 'retired', endOfLife, successor: 'anthropic.claude-haiku-5-5' },
  },
]
