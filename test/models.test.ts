/** Laws of the catalogue: what must hold for every row, whoever adds one. */
import { describe, expect, it } from 'vitest'
import { bodies, embeddingBodies } from '../lambda/bodies/index.ts'
import type { AnyModel, Model, Rates } from '../lambda/core/model.ts'
import {
  anyModelById,
  embeddingModels,
  everyModel,
  modelById,
  models,
} from '../lambda/models/index.ts'
import {
  profileRegions,
  profileScopes,
  targetId,
  withoutProfile,
} from '../lambda/models/profiles.ts'

const day = '2026-11-20'
const rows = models.map((model) => ({ id: model.id, model }))
const everyRow = everyModel.map((model) => ({ id: model.id, model }))
const live = rows.filter(({ model }) => model.lifecycle.status !== 'retired')
/** The row in force today. */
const priceOf = ({ price }: AnyModel) =>
  price
    .filter(({ from }) => from <= day)
    .toSorted((one, other) => one.from.localeCompare(other.from))
    .at(-1)
const found = (asked: string) => anyModelById.get(withoutProfile(asked).id)

const ratesOf = ({ input, output, cacheRead, cacheWrite5m, cacheWrite1h }: Rates) =>
  [input, output, cacheRead, cacheWrite5m, cacheWrite1h].filter((rate) => rate !== undefined)

describe('the catalogue', () => {
  it('names every model once', () => {
    expect(anyModelById.size).toBe(everyModel.length)
    expect(new Set(everyModel.map(({ name }) => name)).size).toBe(everyModel.length)
    expect(modelById.size).toBe(models.length)
  })

  it('has a model for every body', () => {
    const spoken = new Set(everyModel.map(({ body }) => body.id))
    expect([...bodies, ...embeddingBodies].filter(({ id }) => !spoken.has(id))).toEqual([])
  })

  it.each(everyRow)('$id has a price in force, positive and exact to six decimals', ({ model }) => {
    expect(priceOf(model)).toBeDefined()
    for (const row of model.price) {
      expect(row.from).toMatch(/^\d{4}-\d\d-\d\d$/)
      for (const rate of [...ratesOf(row), ...(row.above ? ratesOf(row.above) : [])]) {
        if (rate !== 0 || model.task !== 'embed') expect(rate).toBeGreaterThan(0)
        expect(rate).toBe(Number(rate.toFixed(6)))
      }
    }
  })

  it.each(live)('$id is cheaper to read from its cache than to read again', ({ model }) => {
    const row = priceOf(model)
    if (row?.cacheRead === undefined) return
    expect(row.cacheRead).toBeLessThan(row.input)
  })

  it.each(rows)('$id has limits that fit each other', ({ model }) => {
    expect(model.limits.output).toBeGreaterThan(0)
    expect(model.limits.output).toBeLessThanOrEqual(model.limits.context)
  })

  it.each(rows)('$id is consistent about what it accepts', ({ model: { accepts } }) => {
    for (const range of [accepts.temperature, accepts.topP, accepts.topK]) {
      if (range !== undefined) expect(range.min).toBeLessThan(range.max)
    }
    if (accepts.oneSampler) expect(accepts.temperature && accepts.topP).toBeDefined()
    if (accepts.documents) expect(accepts.images).toBe(true)
    if (accepts.thinking === 'adaptive' || accepts.thinking === 'budget') {
      expect(accepts.tools && accepts.system).toBe(true)
    }
    expect(accepts.stopSequences).toBeGreaterThanOrEqual(0)
    if (accepts.forcedTools) expect(accepts.tools).toBe(true)
    if (accepts.jsonSchema === 'tool') expect(accepts.forcedTools).toBe(true)
  })

  it.each(live)('$id that keeps a prompt has a price for it', ({ model }) => {
    if (!model.accepts.cachePoints) return
    expect(priceOf(model)?.cacheRead).toBeDefined()
    expect(priceOf(model)?.cacheWrite5m).toBeDefined()
  })

  it.each(embeddingModels.map((model) => ({ id: model.id, model })))(
    '$id gives vectors of lengths it names, the default first',
    ({ model: { dimensions, limits } }) => {
      expect(dimensions.length).toBeGreaterThan(0)
      expect(dimensions.toSorted((one, other) => other - one)).toEqual(dimensions)
      expect(limits.batch).toBeGreaterThan(0)
      expect(limits.context).toBeGreaterThan(0)
    },
  )

  it('prices a long prompt dearer, and what stays in its geography by a tenth', () => {
    const [price] = modelById.get('openai.gpt-6.1-sol')?.price ?? []
    expect(price).toMatchObject({ input: 2, geoPercent: 10, above: { tokens: 272_000, input: 4 } })
  })

  it.each(rows)('$id, when it ends, is followed by a model that has not', ({ model }) => {
    const { lifecycle } = model
    if (lifecycle.status === 'active') return
    const successor = modelById.get(lifecycle.successor)
    expect(successor?.lifecycle.status).toBe('active')
    expect(lifecycle.endOfLife <= day).toBe(lifecycle.status === 'retired')
  })
})

describe('where a model is called from', () => {
  it.each(everyRow)('$id can be reached from us-east-1', ({ model }) => {
    const target = targetId(model, 'us-east-1')
    expect(target).toBeDefined()
    expect(found(target ?? '')).toBe(model)
  })

  it.each(everyRow)('$id is found by bare id, by profile and by either ARN', ({ id, model }) => {
    expect(found(id)).toBe(model)
    expect(found(`arn:aws:bedrock:us-east-1::foundation-model/${id}`)).toBe(model)
    expect(found(`arn:aws:bedrock:::foundation-model/${id}`)).toBe(model)
    for (const scope of model.profiles) {
      const arn = `arn:aws:bedrock:eu-west-1:123456789012:inference-profile/${scope}.${id}`
      expect(withoutProfile(`${scope}.${id}`)).toEqual({ id, scope })
      expect(withoutProfile(arn)).toEqual({ id, scope })
    }
  })

  it.each([
    '',
    'us.',
    'us.us.amazon.nova-lite-v1:0',
    'xx.amazon.nova-lite-v1:0',
    'amazon.nova-lite-v1:0 ',
    'AMAZON.nova-lite-v1:0',
    'arn:aws:bedrock:us-east-1:123456789012:inference-profile/amazon.nova-lite-v1:0',
    'arn:aws:bedrock:us-east-1::inference-profile/us.amazon.nova-lite-v1:0',
    'arn:aws:bedrock:us-east-1::foundation-model/us.amazon.nova-lite-v1:0',
    'arn:aws:bedrock:us-east-1:123456789012:application-inference-profile/abc',
    'arn:aws:s3:::amazon.nova-lite-v1:0',
    '../amazon.nova-lite-v1:0',
    'constructor',
  ])('%j finds nothing', (asked) => {
    expect(found(asked)).toBeUndefined()
  })

  it.each([
    ['us-east-1', ['us', 'global']],
    ['ca-central-1', ['ca', 'us', 'global']],
    ['ap-northeast-1', ['jp', 'apac', 'global']],
    ['ap-southeast-2', ['au', 'apac', 'global']],
    ['ap-south-1', ['in', 'apac', 'global']],
    ['eu-central-1', ['eu', 'global']],
    ['us-gov-west-1', ['us-gov']],
    ['sa-east-1', ['global']],
  ])('%s may use the profiles %j, the narrowest first', (region, scopes) => {
    expect(profileScopes(region)).toEqual(scopes)
  })

  it('a geography keeps requests within regions that may use it, and global names none', () => {
    for (const [scope, regions] of Object.entries(profileRegions)) {
      expect(regions.length === 0).toBe(scope === 'global')
      for (const region of regions) expect(profileScopes(region)).toContain(scope)
    }
  })

  const model = (id: string) => modelById.get(id) as Model

  it('a bare id is sent where it may be, the narrowest profile elsewhere, and else nothing', () => {
    const lite = model('amazon.nova-lite-v1:0')
    expect(targetId(lite, 'us-east-1')).toBe('amazon.nova-lite-v1:0')
    expect(targetId(lite, 'us-west-2')).toBe('us.amazon.nova-lite-v1:0')
    expect(targetId(lite, 'ca-central-1')).toBe('ca.amazon.nova-lite-v1:0')
    expect(targetId(lite, 'sa-east-1')).toBeUndefined()
    const sonnet = model('anthropic.claude-sonnet-5-5')
    expect(targetId(sonnet, 'us-east-1')).toBe('us.anthropic.claude-sonnet-5-5')
    expect(targetId(sonnet, 'ap-northeast-1')).toBe('global.anthropic.claude-sonnet-5-5')
  })
})
