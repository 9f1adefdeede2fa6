/**
 * Meta Llama: text only here; system, turns and their order all live in the prompt template.
 *
 * Limits and prices: third-party tables of 2026-11-10 (cross-checked with two more); AWS's price
 * list is the authority. Regions: AWS, "Supported foundation models in Amazon Bedrock".
 */
import { llama2, llama3, llama4 } from '../bodies/llama.ts'
import type { Accepts, Model } from '../core/model.ts'

const accepts: Accepts = {
  system: true,
  tools: false,
  images: false,
  documents: false,
  thinking: 'no',
  cachePoints: false,
  temperature: { min: 0, max: 1 },
  topP: { min: 0, max: 1 },
  oneSampler: false,
  stopSequences: 0,
  streaming: true,
  jsonSchema: 'no',
  forcedTools: false,
  prefill: true,
  betas: [],
}

const current = {
  accepts,
  onDemand: [],
  profiles: ['us'],
  lifecycle: { status: 'active' },
} as const satisfies Partial<Model>

const family3 = { ...current, body: llama3, limits: { context: 128_000, output: 4_096 } }
/** AWS's Llama page: InvokeModelWithResponseStream is not available for Llama 4 Instruct. */
const family4 = { ...current, body: llama4, accepts: { ...accepts, streaming: false } }

const first3 = {
  ...family3,
  limits: { context: 8_192, output: 2_048 },
  profiles: [],
  onDemand: ['us-east-1', 'us-west-2', 'ap-south-1', 'ca-central-1', 'eu-west-2', 'us-gov-west-1'],
}

const retired2 = {
  body: llama2,
  accepts,
  limits: { context: 4_096, output: 2_048 },
  profiles: [],
  onDemand: 'everywhere',
  lifecycle: {
    status: 'retired',
    endOfLife: '2024-10-30',
    successor: 'meta.llama3-3-70b-instruct-v1:0',
  },
} as const satisfies Partial<Model>

const from = '2026-01-01'

export const llama: readonly Model[] = [
  {
    ...family4,
    id: 'meta.llama4-maverick-17b-instruct-v1:0',
    name: 'Llama 4 Maverick 17B Instruct',
    limits: { context: 1_000_000, output: 8_192 },
    price: [{ from, input: 0.24, output: 0.97 }],
  },
  {
    ...family4,
    id: 'meta.llama4-scout-17b-instruct-v1:0',
    name: 'Llama 4 Scout 17B Instruct',
    limits: { context: 10_000_000, output: 8_192 },
    price: [{ from, input: 0.17, output: 0.66 }],
  },
  {
    ...family3,
    id: 'meta.llama3-3-70b-instruct-v1:0',
    name: 'Llama 3.3 70B Instruct',
    onDemand: ['us-east-2'],
    price: [{ from, input: 0.72, output: 0.72 }],
  },
  {
    ...family3,
    id: 'meta.llama3-2-90b-instruct-v1:0',
    name: 'Llama 3.2 90B Instruct',
    price: [{ from, input: 0.72, output: 0.72 }],
  },
  {
    ...family3,
    id: 'meta.llama3-2-11b-instruct-v1:0',
    name: 'Llama 3.2 11B Instruct',
    price: [{ from, input: 0.16, output: 0.16 }],
  },
  {
    ...family3,
    id: 'meta.llama3-2-3b-instruct-v1:0',
    name: 'Llama 3.2 3B Instruct',
    price: [{ from, input: 0.15, output: 0.15 }],
  },
  {
    ...family3,
    id: 'meta.llama3-2-1b-instruct-v1:0',
    name: 'Llama 3.2 1B Instruct',
    price: [{ from, input: 0.1, output: 0.1 }],
  },
  {
    ...family3,
    id: 'meta.llama3-1-70b-instruct-v1:0',
    name: 'Llama 3.1 70B Instruct',
    onDemand: ['us-west-2'],
    price: [{ from, input: 0.72, output: 0.72 }],
  },
  {
    ...family3,
    id: 'meta.llama3-1-8b-instruct-v1:0',
    name: 'Llama 3.1 8B Instruct',
    onDemand: ['us-west-2'],
    price: [{ from, input: 0.22, output: 0.22 }],
  },
  {
    ...first3,
    id: 'meta.llama3-70b-instruct-v1:0',
    name: 'Llama 3 70B Instruct',
    price: [{ from, input: 2.65, output: 3.5 }],
  },
  {
    ...first3,
    id: 'meta.llama3-8b-instruct-v1:0',
    name: 'Llama 3 8B Instruct',
    price: [{ from, input: 0.3, output: 0.6 }],
  },
  {
    ...retired2,
    id: 'meta.llama2-70b-chat-v1',
    name: 'Llama 2 Chat 70B',
    price: [{ from: '2023-11-29', input: 1.95, output: 2.56 }],
  },
  {
    ...retired2,
    id: 'meta.llama2-13b-chat-v1',
    name: 'Llama 2 Chat 13B',
    price: [{ from: '2023-11-29', input: 0.75, output: 1 }],
  },
]
