/** The Models dialect: what a key may use, by the names its team knows. */
import { describe, expect, it } from 'vitest'
import type { HttpRequest } from '../lambda/core/dialect.ts'
import type { AnyModel, EmbeddingModel } from '../lambda/core/model.ts'
import { openaiModels } from '../lambda/dialects/openai-models.ts'
import { modelById, models } from '../lambda/models/index.ts'

const get = (model?: string): HttpRequest => ({
  route: { method: 'GET', path: model === undefined ? '/v1/models' : '/v1/models/{model}' },
  pathParameters: model === undefined ? {} : { model },
  query: {},
  headers: {},
  body: null,
  text: '',
})

const haiku = modelById.get('anthropic.claude-haiku-4-5-20251001-v1:0')
if (haiku === undefined) throw new Error('the catalogue lost Claude Haiku 4.5')

const vectors: EmbeddingModel = {
  task: 'embed',
  id: 'acme.vectors-v1',
  name: 'Acme Vectors',
  price: [
    { from: '2999-01-01', input: 9, output: 0 },
    { from: '2025-03-01', input: 0.2, output: 0 },
  ],
  profiles: [],
  onDemand: 'everywhere',
  lifecycle: { status: 'legacy', endOfLife: '2027-01-01', successor: 'acme.vectors-v2' },
  limits: { context: 8192, batch: 1 },
  dimensions: [1024, 256],
  body: { id: 'acme', build: () => ({}), read: () => ({ vectors: [], tokens: 0 }) },
}

const usable = new Map<string, AnyModel>([
  ['haiku', haiku],
  ['embed', vectors],
])

const answered = (request: HttpRequest) => JSON.parse(openaiModels.answer(request, usable).body)

describe('the list of models', () => {
  it('is what this key may use, aliases first', () => {
    const { object, data } = answered(get())
    expect(object).toBe('list')
    expect(data.map(({ id }: { id: string }) => id)).toEqual(['haiku', 'embed'])
  })

  it('says what a chat model takes and costs', () => {
    expect(answered(get('haiku'))).toMatchObject({
      id: 'haiku',
      object: 'model',
      created: Date.parse('2026-01-01') / 1000,
      owned_by: 'anthropic',
      tollgate: {
        bedrock_id: haiku.id,
        name: 'Claude Haiku 4.5',
        task: 'chat',
        context: 200_000,
        max_output: 64_000,
        accepts: { tools: true, images: true },
        price: { input: 1, output: 5, cache_read: 0.1, geographic_percent: 10 },
        lifecycle: { status: 'active' },
      },
    })
  })

  it('says what a model for vectors takes, at the price of today', () => {
    expect(answered(get('embed'))).toEqual({
      id: 'embed',
      object: 'model',
      created: Date.parse('2025-03-01') / 1000,
      owned_by: 'acme',
      tollgate: {
        bedrock_id: 'acme.vectors-v1',
        name: 'Acme Vectors',
        task: 'embed',
        context: 8192,
        max_batch: 1,
        dimensions: [1024, 256],
        price: { unit: 'usd_per_million_tokens', input: 0.2, output: 0 },
        lifecycle: {
          status: 'legacy',
          end_of_life: '2027-01-01',
          successor: 'acme.vectors-v2',
        },
      },
    })
  })

  it('finds a model by its Bedrock id too', () => {
    expect(answered(get(haiku.id))).toMatchObject({ id: haiku.id, object: 'model' })
  })

  it.each(['nova', '', '..', '__proto__', 'x'.repeat(500)])(
    'has no %j, and says what it has',
    (name) => {
      const refused = expect.objectContaining({
        code: 'model_not_found',
        status: 404,
        param: 'model',
      })
      expect(() => openaiModels.answer(get(name), usable)).toThrow(refused)
      expect(() => openaiModels.answer(get(name), usable)).toThrow('It may use: haiku, embed.')
    },
  )

  it('can list the whole catalogue', () => {
    const all = new Map(models.map((model): [string, AnyModel] => [model.id, model]))
    const { data } = JSON.parse(openaiModels.answer(get(), all).body)
    expect(data).toHaveLength(models.length)
    for (const { created, owned_by } of data) {
      expect(created).toBeGreaterThanOrEqual(0)
      expect(owned_by).toMatch(/^[a-z0-9]+$/)
    }
  })
})
