/** What the open models on Bedrock that speak chat completions have in common. */
import { openaiChat } from '../bodies/openai-chat.ts'
import type { Accepts, Model } from '../core/model.ts'

/** AWS, "Get validated JSON results from models": InvokeModel takes `response_format` of them. */
export const openAccepts: Accepts = {
  system: true,
  tools: true,
  images: false,
  documents: false,
  thinking: 'no',
  cachePoints: false,
  temperature: { min: 0, max: 2 },
  topP: { min: 0, max: 1 },
  oneSampler: false,
  /** OpenAI's own bound; AWS names none. */
  stopSequences: 4,
  streaming: true,
  jsonSchema: 'native',
  forcedTools: true,
  prefill: false,
  betas: [],
}

export const seeing: Accepts = { ...openAccepts, images: true }

/** AWS, Converse's InferenceConfiguration: a temperature goes up to 1, whatever the model takes. */
export const converseAccepts: Accepts = { ...openAccepts, temperature: { min: 0, max: 1 } }

/** Sent by its bare id in every Region that has the model. */
export const openWeights = {
  body: openaiChat,
  accepts: openAccepts,
  profiles: [],
  onDemand: 'everywhere',
  lifecycle: { status: 'active' },
} as const satisfies Partial<Model>

/** Called by a profile only. */
export const byProfile = {
  ...openWeights,
  profiles: ['us', 'global'],
  onDemand: [],
} as const satisfies Partial<Model>

/** The day from which the third-party tables of 2026-11-10 are taken to hold. */
export const from = '2026-01-01'
