/** Models made up for the simulator's tests, so that no row of the catalogue is needed for them. */
import type { Body, EmbeddingBody } from '../lambda/core/contracts.ts'
import type { EmbeddingModel, Model } from '../lambda/core/model.ts'
import { modelNamed } from './simulator-client.ts'

const able = modelNamed('amazon.nova-pro-v1:0')

/** A simulated model is known by its body's id alone. */
export const chatModel = (
  id: string,
  bodyId: string,
  accepts: Partial<Model['accepts']> = {},
): Model => ({
  ...able,
  id,
  body: { id: bodyId } as Body,
  onDemand: 'everywhere',
  limits: { context: 20_000, output: 4_000 },
  accepts: { ...able.accepts, documents: true, jsonSchema: 'native', ...accepts },
})

export const embeddingModel = (
  id: string,
  bodyId: string,
  dimensions: readonly number[],
  context = 8_192,
): EmbeddingModel => ({
  id,
  name: id,
  task: 'embed',
  body: { id: bodyId } as EmbeddingBody,
  price: [],
  profiles: [],
  onDemand: 'everywhere',
  lifecycle: { status: 'active' },
  limits: { context, batch: 96 },
  dimensions,
})
