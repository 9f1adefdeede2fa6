/** The catalogue: every model the gateway knows, by Bedrock's own id. */
import type { Model } from '../core/model.ts'
import { claude } from './claude.ts'
import { llama } from './llama.ts'
import { nova } from './nova.ts'
import { titan } from './titan.ts'

export const models: readonly Model[] = [...claude, ...nova, ...llama, ...titan]

export const modelById: ReadonlyMap<string, Model> = new Map(
  models.map((model) => [model.id, model]),
)
