/** The catalogue: every model the gateway knows, by Bedrock's own id. */
import type { AnyModel, EmbeddingModel, Model } from '../core/model.ts'
import { ai21 } from './ai21.ts'
import { claude } from './claude.ts'
import { cohere } from './cohere.ts'
import { deepseek } from './deepseek.ts'
import { google } from './google.ts'
import { llama } from './llama.ts'
import { minimax } from './minimax.ts'
import { mistral } from './mistral.ts'
import { moonshot } from './moonshot.ts'
import { nova } from './nova.ts'
import { novaEmbed } from './nova-embed.ts'
import { nvidia } from './nvidia.ts'
import { openai } from './openai.ts'
import { qwen } from './qwen.ts'
import { titan } from './titan.ts'
import { titanEmbed } from './titan-embed.ts'
import { writer } from './writer.ts'
import { xai } from './xai.ts'
import { zai } from './zai.ts'

/** Models that answer a conversation. */
export const models: readonly Model[] = [
  ...claude,
  ...nova,
  ...llama,
  ...openai,
  ...mistral,
  ...qwen,
  ...deepseek,
  ...moonshot,
  ...zai,
  ...minimax,
  ...google,
  ...nvidia,
  ...xai,
  ...writer,
  ...ai21,
  ...titan,
]

/** Models that turn text into vectors. */
export const embeddingModels: readonly EmbeddingModel[] = [...titanEmbed, ...novaEmbed, ...cohere]

export const everyModel: readonly AnyModel[] = [...models, ...embeddingModels]

export const modelById: ReadonlyMap<string, Model> = new Map(
  models.map((model) => [model.id, model]),
)

export const anyModelById: ReadonlyMap<string, AnyModel> = new Map(
  everyModel.map((model) => [model.id, model]),
)

/**
 * By the name Anthropic's own API has for it, with its date and without: what its clients send.
 * `anthropic.claude-haiku-4-5-20251001-v1:0` is `claude-haiku-4-5-20251001` and `claude-haiku-4-5`.
 */
export const modelByVendorName: ReadonlyMap<string, AnyModel> = new Map(
  models.flatMap((model) => vendorNames(model.id).map((name): [string, AnyModel] => [name, model])),
)

function vendorNames(id: string): readonly string[] {
  if (!id.startsWith('anthropic.')) return []
  const dated = id.replace('anthropic.', '').replace(/-v\d+(:\d+)?$/, '')
  return [dated, dated.replace(/-\d{8}$/, '')]
}
