/** A price in the wrong unit, or two rates mixed up, is a slip that is found before it is deployed. */
import { describe, expect, it } from 'vitest'
import { defineGateway } from '../lambda/core/config.ts'
import type { Price } from '../lambda/core/model.ts'
import { modelById } from '../lambda/models/index.ts'
import { chatPrice, embeddingPrice } from '../lib/price-form.ts'
import { unpricedModels } from '../lib/unpriced-models.ts'

const right: Price = {
  ...{ from: '2026-01-01', input: 3, output: 15, cacheRead: 0.3 },
  ...{ cacheWrite5m: 3.75, cacheWrite1h: 6, geoPercent: 10, tiers: { priority: 175, flex: 50 } },
  above: { tokens: 200_000, input: 6, output: 22.5, cacheRead: 0.6 },
}

describe('a price of a model that answers', () => {
  it('is taken where nothing looks like a slip', () => {
    expect(chatPrice([right], 'price')).toEqual([])
  })

  const unit = 'needs USD a million tokens: from 0.001 to 1000, with at most six decimals'
  it.each<[string, Record<string, unknown>, string]>([
    ['of a token', { input: 0.000003 }, `price[0].input: got 0.000003, ${unit}`],
    ['of nothing', { input: 0 }, `price[0].input: got 0, ${unit}`],
    ['below nothing', { output: -15 }, `price[0].output: got -15, ${unit}`],
    ['in cents of a thousand', { output: 1500 }, `price[0].output: got 1500, ${unit}`],
    ['finer than is counted', { output: 15.0000001 }, `price[0].output: got 15.0000001, ${unit}`],
    ['that is no number', { output: Number.NaN }, `price[0].output: got NaN, ${unit}`],
    [
      'that writes for less than it reads',
      { input: 15, output: 1.4, above: undefined },
      'price[0].output: got 1.4, needs at least a tenth of the input’s 15',
    ],
    [
      'that reads dearer from the cache',
      { cacheRead: 3.1, above: undefined },
      'price[0].cacheRead: got 3.1, needs at most the input’s 3',
    ],
    [
      'that is cheaper for long requests',
      { above: { tokens: 200_000, input: 2, output: 22.5, cacheRead: 0.6 } },
      'price[0].above.input: got 2, needs at least the 3 of shorter requests',
    ],
    [
      'that is mixed up for long requests',
      { above: { tokens: 200_000, input: 30, output: 2, cacheRead: 31 } },
      'price[0].above.output: got 2, needs at least a tenth of the input’s 30',
    ],
  ])('%s is refused', (_, slip, problem) => {
    expect(chatPrice([{ ...right, ...slip }], 'price')[0]).toBe(problem)
  })
})

describe('a price of a model that makes vectors', () => {
  it('has no output', () => {
    const price = { from: '2026-01-01', input: 0.02, output: 0 }
    expect(embeddingPrice([price], 'price')).toEqual([])
    expect(embeddingPrice([{ ...price, output: 1 }], 'price')).toEqual([
      'price[0].output: got 1, needs 0, for vectors are not billed',
    ])
  })
})

describe('models without a price in force', () => {
  it('are told by their aliases', () => {
    const nova = modelById.get('amazon.nova-lite-v1:0')
    if (nova === undefined) throw new Error('the catalogue lost Nova Lite')
    const price = [{ from: '2027-01-01', input: 1, output: 2 }]
    const config = defineGateway({
      regions: ['us-east-1'],
      models: { nova: nova.id, own: { ...nova, id: 'own.model', price } },
      plans: { free: {} },
      teams: { demo: { plan: 'free', models: '*' } },
    })
    expect(unpricedModels(config, Date.parse('2026-11-21'))).toEqual(['own'])
    expect(unpricedModels(config, Date.parse('2027-01-01'))).toEqual([])
  })
})
