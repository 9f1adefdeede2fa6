/** What the tests of bodies share: a model for each body, scenarios, and ways to run a stream. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { bodies } from '../../lambda/bodies/index.ts'
import type { Body } from '../../lambda/core/contracts.ts'
import type { JsonObject } from '../../lambda/core/conversation.ts'
import { fit } from '../../lambda/core/fit.ts'
import type { Model } from '../../lambda/core/model.ts'
import { collect, type Reply, type ReplyEvent } from '../../lambda/core/reply.ts'
import type { ChatRequest } from '../../lambda/core/request.ts'
import { modelById, models } from '../../lambda/models/index.ts'

export const scenarioFolder = join(import.meta.dirname, '..', 'scenarios')
export const scenarios = readdirSync(scenarioFolder)

export const filesOf = (scenario: string): string[] => readdirSync(join(scenarioFolder, scenario))

export const readJson = (scenario: string, file: string): unknown =>
  JSON.parse(readFileSync(join(scenarioFolder, scenario, file), 'utf8'))

export const requestOf = (scenario: string): ChatRequest =>
  readJson(scenario, 'request.json') as ChatRequest

/** One that takes the most of what its body can say. */
const representatives: Readonly<Record<string, string>> = {
  'claude-messages': 'anthropic.claude-haiku-4-5-20251001-v1:0',
  nova: 'amazon.nova-lite-v1:0',
  'openai-chat': 'moonshotai.kimi-k2.5',
}

/** No model of the catalogue takes all that Converse can say; one of an operator's own may. */
const claudeByConverse = (model: Model | undefined): Model | undefined =>
  model && { ...model, id: `${model.id}:converse`, body: bodyById('converse') }

export function bodyById(id: string): Body {
  const body = bodies.find((each) => each.id === id)
  if (body === undefined) throw new Error(`no body '${id}'`)
  return body
}

export function modelOf(body: Body): Model {
  const claude = claudeByConverse(modelById.get(representatives['claude-messages'] ?? ''))
  if (body.via === 'converse' && claude !== undefined) return claude
  const named = modelById.get(representatives[body.id] ?? '')
  const model = named ?? models.find((each) => each.body === body)
  if (model === undefined) throw new Error(`no model speaks '${body.id}'`)
  return model
}

export type Built = { readonly model: string; notices: string[]; readonly body: JsonObject }

/** As the gateway does it: fitted to the model first, then built. */
export function built(request: ChatRequest, model: Model): Built {
  const notices: string[] = []
  const notice = (text: string) => void notices.push(text)
  const fitted = fit(request, model, [], notice)
  return { model: model.id, body: model.body.build(fitted, model, notice), notices }
}

/** All events of a stream of these chunks. */
export function eventsOf(body: Body, chunks: readonly unknown[]): ReplyEvent[] {
  const reader = body.openStream()
  return [...chunks.flatMap((chunk) => reader.read(chunk)), ...reader.end()]
}

export async function* told(events: Iterable<ReplyEvent>): AsyncGenerator<ReplyEvent> {
  yield* events
}

export const collected = (events: Iterable<ReplyEvent>): Promise<Reply> => collect(told(events))
