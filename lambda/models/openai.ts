/**
 * OpenAI: gpt-oss by its chat completions, GPT by Converse.
 *
 * Limits and prices: third-party tables of 2026-11-10 (cross-checked with two more); AWS's price
 * list is the authority.
 */
import { converse } from '../bodies/converse.ts'
import { gptOss } from '../bodies/openai-chat.ts'
import type { Accepts, Model } from '../core/model.ts'
import { from, openAccepts, openWeights } from './open-weights.ts'

const oss = {
  ...openWeights,
  body: gptOss,
  accepts: { ...openAccepts, thinking: 'effort' },
} as const satisfies Partial<Model>

/** GPT reasons as long as an effort says, and takes no sampling parameters. It caches by itself. */
const accepts: Accepts = {
  system: true,
  tools: true,
  images: true,
  documents: false,
  thinking: 'effort',
  cachePoints: false,
  oneSampler: false,
  stopSequences: 0,
  streaming: true,
  jsonSchema: 'native',
  forcedTools: true,
  prefill: false,
  betas: [],
}

const gpt = {
  body: converse,
  accepts,
  limits: { context: 1_050_000, output: 128_000 },
  onDemand: [],
  lifecycle: { status: 'active' },
} as const satisfies Partial<Model>

const first = { ...gpt, profiles: [], onDemand: 'everywhere' } as const satisfies Partial<Model>

export const openai: readonly Model[] = [
  {
    ...gpt,
    id: 'openai.gpt-6.1-sol',
    name: 'GPT-6.1 Sol',
    profiles: ['us', 'global'],
    price: [
      {
        from,
        input: 2,
        output: 10,
        cacheRead: 0.1,
        cacheWrite5m: 2.5,
        geoPercent: 10,
        above: { tokens: 272_000, input: 4, output: 15, cacheRead: 0.2, cacheWrite5m: 5 },
      },
    ],
  },
  {
    ...gpt,
    id: 'openai.gpt-6.1-terra',
    name: 'GPT-6.1 Terra',
    profiles: ['us', 'global'],
    price: [
      {
        from,
        input: 1,
        output: 5,
        cacheRead: 0.05,
        cacheWrite5m: 1.25,
        geoPercent: 10,
        above: { tokens: 272_000, input: 2, output: 7.5, cacheRead: 0.1, cacheWrite5m: 2.5 },
      },
    ],
  },
  {
    ...gpt,
    id: 'openai.gpt-6-astra',
    name: 'GPT-6 Astra',
    profiles: ['us', 'global'],
    price: [
      {
        from,
        input: 10,
        output: 50,
        cacheRead: 1,
        cacheWrite5m: 12.5,
        geoPercent: 10,
        above: { tokens: 272_000, input: 20, output: 75, cacheRead: 2, cacheWrite5m: 25 },
      },
    ],
  },
  {
    ...gpt,
    id: 'openai.gpt-6-sol',
    name: 'GPT-6 Sol',
    profiles: ['us', 'global'],
    price: [
      {
        from,
        input: 2,
        output: 10,
        cacheRead: 0.2,
        cacheWrite5m: 2.5,
        geoPercent: 10,
        above: { tokens: 272_000, input: 4, output: 15, cacheRead: 0.4, cacheWrite5m: 5 },
      },
    ],
  },
  {
    ...gpt,
    id: 'openai.gpt-6-luna',
    name: 'GPT-6 Luna',
    profiles: ['us', 'global'],
    price: [
      {
        from,
        input: 0.1,
        output: 0.5,
        cacheRead: 0.01,
        cacheWrite5m: 0.125,
        geoPercent: 10,
        above: { tokens: 272_000, input: 0.2, output: 0.75, cacheRead: 0.02, cacheWrite5m: 0.25 },
      },
    ],
  },
  {
    ...gpt,
    id: 'openai.gpt-5.6-sol',
    name: 'GPT-5.6 Sol',
    profiles: ['us', 'global'],
    price: [
      {
        from,
        input: 4,
        output: 20,
        cacheRead: 0.4,
        cacheWrite5m: 5,
        geoPercent: 10,
        above: { tokens: 272_000, input: 8, output: 30, cacheRead: 0.8, cacheWrite5m: 10 },
      },
    ],
  },
  {
    ...gpt,
    id: 'openai.gpt-5.6-terra',
    name: 'GPT-5.6 Terra',
    profiles: ['us', 'in', 'global'],
    price: [
      {
        from,
        input: 2,
        output: 12,
        cacheRead: 0.2,
        cacheWrite5m: 2.5,
        geoPercent: 10,
        above: { tokens: 272_000, input: 4, output: 18, cacheRead: 0.4, cacheWrite5m: 5 },
      },
    ],
  },
  {
    ...gpt,
    id: 'openai.gpt-5.6-luna',
    name: 'GPT-5.6 Luna',
    profiles: ['us', 'in', 'global'],
    price: [
      {
        from,
        input: 0.2,
        output: 1.2,
        cacheRead: 0.02,
        cacheWrite5m: 0.25,
        geoPercent: 10,
        above: { tokens: 272_000, input: 0.4, output: 1.8, cacheRead: 0.04, cacheWrite5m: 0.5 },
      },
    ],
  },
  {
    ...first,
    id: 'openai.gpt-5.5',
    name: 'GPT-5.5',
    limits: { context: 1_000_000, output: 128_000 },
    price: [{ from, input: 5.5, output: 33, cacheRead: 0.55 }],
  },
  {
    ...first,
    id: 'openai.gpt-5.4',
    name: 'GPT-5.4',
    limits: { context: 1_000_000, output: 128_000 },
    price: [{ from, input: 2.75, output: 16.5, cacheRead: 0.275 }],
  },
  {
    ...oss,
    id: 'openai.gpt-oss-120b-1:0',
    name: 'gpt-oss 120B v1',
    profiles: ['us-gov'],
    limits: { context: 131_072, output: 128_000 },
    price: [{ from, input: 0.15, output: 0.6 }],
  },
  {
    ...oss,
    id: 'openai.gpt-oss-20b-1:0',
    name: 'gpt-oss 20B v1',
    profiles: ['us-gov'],
    limits: { context: 131_072, output: 128_000 },
    price: [{ from, input: 0.07, output: 0.3 }],
  },
  {
    ...oss,
    id: 'openai.gpt-oss-120b',
    name: 'gpt-oss 120B',
    limits: { context: 131_072, output: 131_072 },
    price: [{ from, input: 0.15, output: 0.6 }],
  },
  {
    ...oss,
    id: 'openai.gpt-oss-20b',
    name: 'gpt-oss 20B',
    limits: { context: 131_072, output: 131_072 },
    price: [{ from, input: 0.07, output: 0.3 }],
  },
  {
    ...oss,
    id: 'openai.gpt-oss-safeguard-120b',
    name: 'gpt-oss Safeguard 120B',
    limits: { context: 128_000, output: 16_384 },
    price: [{ from, input: 0.15, output: 0.6 }],
  },
  {
    ...oss,
    id: 'openai.gpt-oss-safeguard-20b',
    name: 'gpt-oss Safeguard 20B',
    limits: { context: 128_000, output: 16_384 },
    price: [{ from, input: 0.07, output: 0.2 }],
  },
]
