/** A model of another provider as a row like any other: facts the operator gave, else its provider's. */
import { anthropicMessages } from '../bodies/anthropic-messages.ts'
import { cohereChat } from '../bodies/cohere-chat.ts'
import { cohereEmbedV2 } from '../bodies/cohere-embed-v2.ts'
import { embeddingBodyFor } from '../bodies/openai-embed.ts'
import { chatBodyFor } from '../bodies/openai-outside.ts'
import type { Body, EmbeddingBody } from '../core/contracts.ts'
import type { Accepts, AnyModel, EmbeddingModel, Model } from '../core/model.ts'
import type { OutsideTargetConfig, ProviderConfig } from '../core/routes-config.ts'
import { anyModelById, modelByVendorName } from './index.ts'

type Kind = ProviderConfig['type']

/** What most models of such a server take; OpenAI's own bounds. */
const openai: Accepts = {
  system: true,
  tools: true,
  images: true,
  documents: false,
  thinking: 'no',
  cachePoints: false,
  temperature: { min: 0, max: 2 },
  topP: { min: 0, max: 1 },
  oneSampler: false,
  stopSequences: 4,
  streaming: true,
  jsonSchema: 'native',
  forcedTools: true,
  prefill: false,
  betas: [],
}

/** Anthropic, "Messages": what every Claude since 3 takes; thinking differs from model to model. */
const anthropic: Accepts = {
  ...openai,
  documents: true,
  cachePoints: true,
  temperature: { min: 0, max: 1 },
  topK: { min: 0, max: 500 },
  oneSampler: true,
  stopSequences: 8_191,
  jsonSchema: 'tool',
}

/** Cohere, "Chat" (v2): the bounds of temperature and `k`, and five stop sequences. */
const cohere: Accepts = {
  ...openai,
  images: false,
  temperature: { min: 0, max: 1 },
  topK: { min: 0, max: 500 },
  stopSequences: 5,
}

const acceptsOf = { openai, azure: openai, anthropic, cohere } as const satisfies Record<
  Kind,
  Accepts
>

/** In tokens, where nobody says: what all but the smallest models of today have. */
const limits = { context: 128_000, output: 16_384 }
/** Anthropic and Cohere, "Models": Claude 3.5 and Command R, of those that are still served, write least. */
const limitsOf = {
  openai: limits,
  azure: limits,
  anthropic: { context: 200_000, output: 8_192 },
  cohere: { context: 128_000, output: 4_000 },
} as const satisfies Record<Kind, Model['limits']>

/**
 * Tokens of one text, and texts a call: OpenAI takes 2,048 texts of 8,191 tokens each, but 300,000
 * tokens in all ("Create embeddings").
 */
const embeddingLimits = { context: 8_191, batch: 32 }
/** Cohere, "Embed": at most 96 texts a call. */
const cohereBatch = 96

type Facts = Pick<Model, 'accepts' | 'limits'>

/** Cohere, "An Overview of Cohere's Models": what is more than Command R has, by Cohere's own names. */
const cohereNamed: readonly (readonly [name: RegExp, facts: Facts])[] = [
  [
    /^command-a-reasoning-/,
    { accepts: { ...cohere, thinking: 'budget' }, limits: { context: 256_000, output: 32_000 } },
  ],
  [
    /^command-a-vision-/,
    { accepts: { ...cohere, images: true }, limits: { context: 128_000, output: 8_000 } },
  ],
  [/^command-a-\d/, { accepts: cohere, limits: { context: 256_000, output: 8_000 } }],
]

/** What the type of a server says of a model by the server's own name of it. */
function factsByName(type: Kind, name: string): Facts | undefined {
  if (type === 'anthropic') return asChat(modelByVendorName.get(name))
  return type === 'cohere' ? cohereNamed.find(([form]) => form.test(name))?.[1] : undefined
}

const offered = {
  profiles: [],
  onDemand: [],
  lifecycle: { status: 'active' },
} as const satisfies Partial<Model>

const rows = new WeakMap<OutsideTargetConfig, AnyModel>()

/** The same object for the same target: rows are told apart by what they are. */
export function outsideModel(target: OutsideTargetConfig, provider: ProviderConfig): AnyModel {
  const known = rows.get(target)
  if (known !== undefined) return known
  const row = makesVectors(target) ? embeddingRow(target, provider) : chatRow(target, provider)
  rows.set(target, row)
  return row
}

/** Whether it makes embeddings, as far as the configuration says. */
export const makesVectors = (target: OutsideTargetConfig): boolean =>
  target.dimensions !== undefined || likeOf(target)?.task === 'embed'

const likeOf = ({ like }: OutsideTargetConfig): AnyModel | undefined =>
  like === undefined ? undefined : anyModelById.get(like)

/**
 * What a Claude takes is known by Anthropic's own name of it; its price is Bedrock's, and taken
 * only by `like`. Of Cohere's models only facts are known.
 */
function chatRow(target: OutsideTargetConfig, provider: ProviderConfig): Model {
  const { type } = provider
  const like = asChat(likeOf(target))
  const named = factsByName(type, target.model)
  const facts = like ?? named ?? { accepts: acceptsOf[type], limits: limitsOf[type] }
  return {
    ...offered,
    servedBy: target.provider,
    id: target.model,
    name: target.name ?? target.model,
    body: bodyOf(target, provider),
    price: target.price ?? pricesOf(like),
    limits: target.limits ?? facts.limits,
    accepts: { ...facts.accepts, ...unsaid[type], ...target.accepts },
  }
}

/** The geographic profile's surcharge is Bedrock's alone. */
const pricesOf = (like: AnyModel | undefined): Model['price'] =>
  (like?.price ?? []).map(({ geoPercent: _, ...price }) => price)

const asChat = (model: AnyModel | undefined): Model | undefined =>
  model?.task === 'embed' ? undefined : model

const chatCompletions = { documents: false, cachePoints: false, betas: [] }

/** What the body of such a server has no words for, whatever the model could take. */
const unsaid = {
  openai: chatCompletions,
  azure: chatCompletions,
  anthropic: {},
  cohere: chatCompletions,
} as const satisfies Record<Kind, Partial<Accepts>>

function bodyOf({ model }: OutsideTargetConfig, provider: ProviderConfig): Body {
  switch (provider.type) {
    case 'openai':
    case 'azure':
      return chatBodyFor(provider, model)
    case 'anthropic':
      return anthropicMessages
    case 'cohere':
      return cohereChat
  }
}

function embeddingRow(target: OutsideTargetConfig, provider: ProviderConfig): EmbeddingModel {
  const like = likeOf(target)
  const facts = like?.task === 'embed' ? like : { limits: embeddingLimits, dimensions: [] }
  const { context = facts.limits.context } = target.limits ?? {}
  return {
    ...offered,
    servedBy: target.provider,
    task: 'embed',
    id: target.model,
    name: target.name ?? target.model,
    body: embeddingBodyOf(provider),
    price: target.price ?? pricesOf(like),
    limits: { context, batch: provider.type === 'cohere' ? cohereBatch : embeddingLimits.batch },
    dimensions: target.dimensions ?? facts.dimensions,
  }
}

function embeddingBodyOf(provider: ProviderConfig): EmbeddingBody {
  switch (provider.type) {
    case 'openai':
    case 'azure':
      return embeddingBodyFor(provider.url)
    case 'cohere':
      return cohereEmbedV2
    case 'anthropic':
      throw new Error('Anthropic makes no embeddings; the check of the configuration says so.')
  }
}
