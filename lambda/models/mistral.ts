/**
 * Mistral: the first ones by an instruct prompt, all others by chat completions.
 *
 * Limits and prices: third-party tables of 2026-11-10 (cross-checked with two more); AWS's price
 * list is the authority.
 */
import { mistralChat } from '../bodies/mistral-chat.ts'
import { mistralInstruct } from '../bodies/mistral-instruct.ts'
import type { Accepts, Model } from '../core/model.ts'
import { byProfile, from, openAccepts, openWeights, seeing } from './open-weights.ts'

const textOnly: Accepts = {
  ...openAccepts,
  tools: false,
  temperature: { min: 0, max: 1 },
  topK: { min: 1, max: 200 },
  stopSequences: 10,
  jsonSchema: 'no',
  forcedTools: false,
  prefill: true,
}

const sharp = { ...openWeights, accepts: seeing }

const first = {
  body: mistralInstruct,
  accepts: textOnly,
  profiles: [],
  onDemand: 'everywhere',
  lifecycle: { status: 'active' },
} as const satisfies Partial<Model>

export const mistral: readonly Model[] = [
  {
    ...sharp,
    id: 'mistral.mistral-large-3-675b-instruct',
    name: 'Mistral Large 3 675B',
    limits: { context: 262_144, output: 8_192 },
    price: [{ from, input: 0.5, output: 1.5 }],
  },
  {
    ...sharp,
    id: 'mistral.ministral-3-14b-instruct',
    name: 'Ministral 3 14B',
    limits: { context: 128_000, output: 4_096 },
    price: [{ from, input: 0.2, output: 0.2 }],
  },
  {
    ...sharp,
    id: 'mistral.ministral-3-8b-instruct',
    name: 'Ministral 3 8B',
    limits: { context: 128_000, output: 4_096 },
    price: [{ from, input: 0.15, output: 0.15 }],
  },
  {
    ...sharp,
    id: 'mistral.ministral-3-3b-instruct',
    name: 'Ministral 3 3B',
    limits: { context: 256_000, output: 8_192 },
    price: [{ from, input: 0.1, output: 0.1 }],
  },
  {
    ...sharp,
    id: 'mistral.magistral-small-2509',
    name: 'Magistral Small 2509',
    limits: { context: 128_000, output: 40_000 },
    price: [{ from, input: 0.5, output: 1.5 }],
  },
  {
    ...openWeights,
    id: 'mistral.devstral-2-123b',
    name: 'Devstral 2 123B',
    limits: { context: 262_144, output: 8_192 },
    price: [{ from, input: 0.4, output: 2 }],
  },
  {
    ...openWeights,
    id: 'mistral.voxtral-small-24b-2507',
    name: 'Voxtral Small 24B 2507',
    limits: { context: 32_768, output: 8_192 },
    price: [{ from, input: 0.1, output: 0.3 }],
  },
  {
    ...openWeights,
    id: 'mistral.voxtral-mini-3b-2507',
    name: 'Voxtral Mini 3B 2507',
    limits: { context: 32_768, output: 4_096 },
    price: [{ from, input: 0.04, output: 0.04 }],
  },
  {
    ...byProfile,
    id: 'mistral.pixtral-large-2502-v1:0',
    name: 'Pixtral Large 2502',
    body: mistralChat,
    accepts: { ...seeing, temperature: { min: 0, max: 1 }, jsonSchema: 'tool' },
    profiles: ['us', 'eu'],
    limits: { context: 128_000, output: 8_192 },
    price: [{ from, input: 2, output: 6 }],
  },
  {
    ...first,
    id: 'mistral.mistral-large-2402-v1:0',
    name: 'Mistral Large 2402',
    limits: { context: 32_000, output: 8_192 },
    price: [{ from, input: 4, output: 12 }],
  },
  {
    ...first,
    id: 'mistral.mistral-small-2402-v1:0',
    name: 'Mistral Small 2402',
    onDemand: ['us-east-1'],
    limits: { context: 32_000, output: 8_192 },
    price: [{ from, input: 1, output: 3 }],
  },
  {
    ...first,
    id: 'mistral.mixtral-8x7b-instruct-v0:1',
    name: 'Mixtral 8x7B Instruct',
    limits: { context: 32_000, output: 4_096 },
    price: [{ from, input: 0.45, output: 0.7 }],
  },
  {
    ...first,
    id: 'mistral.mistral-7b-instruct-v0:2',
    name: 'Mistral 7B Instruct',
    limits: { context: 32_000, output: 8_192 },
    price: [{ from, input: 0.15, output: 0.2 }],
  },
]
