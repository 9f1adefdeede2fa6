/** Transformers are checked when the configuration is read, and what they ask may be asked. */
import { describe, expect, it } from 'vitest'
import { openCatalogue } from '../lambda/catalogue.ts'
import type { GatewayConfig } from '../lambda/core/config.ts'
import type { TransformConfig } from '../lambda/core/transform-config.ts'
import { redact } from '../lambda/transform/redact.ts'
import { invocableArns } from '../lib/bedrock-access.ts'
import { checkConfig } from '../lib/gateway-config.ts'

const base = {
  regions: ['us-east-1'],
  models: {
    nova: 'amazon.nova-lite-v1:0',
    vectors: 'amazon.titan-embed-text-v2:0',
    own: { targets: [{ model: 'amazon.nova-lite-v1:0' }] },
  },
  plans: { free: {} },
  teams: { demo: { plan: 'free', models: ['nova'] } },
} as const satisfies GatewayConfig

const problemsOf = (transform: unknown): string => {
  try {
    checkConfig({ ...base, transform })
    return ''
  } catch (thrown) {
    return (thrown as Error).message
  }
}
const by = (more: object = {}) => ({ prompt: 'Translate.', model: 'nova', ...more })

describe('a transformer may be', () => {
  it.each<[string, TransformConfig]>([
    ['a function', { request: (request) => request }],
    ['functions for both', { request: [(request) => request], reply: async (reply) => reply }],
    ['redaction', redact()],
    ['a model of the configuration', { request: by() }],
    ['one of the catalogue', { reply: by({ model: 'amazon.nova-micro-v1:0' }) }],
    ['an alias with targets', { reply: by({ model: 'own', maxTokens: 100 }) }],
    ['models, then functions', { request: [by(), by(), (request) => request] }],
    ['both in any order, for answers', { reply: [(reply) => reply, by()] }],
    ['Kong’s own pattern', { request: by({ transformation_extract_pattern: '{((.|\n)*)}' }) }],
  ])('%s', (_, transform) => {
    expect(problemsOf(transform)).toBe('')
  })
})

describe('a transformer may not be', () => {
  it.each<[string, unknown, string | RegExp]>([
    ['nothing', {}, 'transform: got {}, needs request, reply or both'],
    [
      'a name',
      { request: 'nova' },
      'transform.request: got "nova", needs a function, or {prompt, model}',
    ],
    ['no list', { reply: [] }, 'transform.reply: got [], needs at least one'],
    [
      'of another kind',
      { answer: [] },
      'transform.answer: is not known here; known are request, reply',
    ],
    [
      'without a prompt',
      { request: by({ prompt: ' ' }) },
      /^transform\.request\.prompt: got " ", needs a text/,
    ],
    [
      'of a model nobody knows',
      { request: [by({ model: 'nowa' })] },
      'transform.request[0].model: got "nowa", needs an alias of the configuration (nova, vectors, own) or a model id of the catalogue; did you mean \'nova\'?',
    ],
    [
      'of vectors',
      { reply: by({ model: 'vectors' }) },
      /^transform\.reply\.model: .* needs a model that answers/,
    ],
    [
      'longer than its model',
      { reply: by({ maxTokens: 1e6 }) },
      /^transform\.reply\.maxTokens: got 1000000, needs at most/,
    ],
    [
      'a pattern that is none',
      { reply: by({ transformation_extract_pattern: '(' }) },
      /needs a JavaScript regular/,
    ],
    [
      'a slow pattern',
      { reply: by({ transformation_extract_pattern: '(a+)+$' }) },
      /time that doubles/,
    ],
    [
      'a cubic pattern',
      { reply: by({ transformation_extract_pattern: 'a.*b.*c' }) },
      /to the power of 3/,
    ],
    [
      'a model behind a function',
      { request: [(request: unknown) => request, by()] },
      /^transform\.request\[1\]: .*, needs its place before all functions/,
    ],
    [
      'out of reach',
      { reply: by({ model: 'eu.amazon.nova-lite-v1:0' }) },
      /cannot be called from us-east-1/,
    ],
  ])('%s', (_, transform, expected) => {
    expect(problemsOf(transform)).toMatch(expected)
  })

  it('so in a team and an alias either', () => {
    const transform = { reply: by({ model: 'vectors' }) }
    const { models, teams } = base
    const config = {
      ...base,
      models: { ...models, own: { ...models.own, transform } },
      teams: { demo: { ...teams.demo, transform } },
    }
    expect(() => checkConfig(config)).toThrow(
      /^teams\.demo\.transform\.reply\.model: .*\nmodels\.own\.transform\.reply\.model: /,
    )
  })
})

describe('what transformers ask', () => {
  const arnsOf = (transform: TransformConfig | undefined) =>
    invocableArns({ ...base, ...(transform && { transform }) } as GatewayConfig, '111111111111')

  it('may be invoked, and nothing else', () => {
    const bare = arnsOf(undefined)
    expect(bare.some((arn) => arn.includes('nova-micro'))).toBe(false)
    const more = arnsOf({ reply: by({ model: 'amazon.nova-micro-v1:0' }) })
    expect(more.filter((arn) => !arn.includes('nova-micro'))).toEqual(bare)
    expect(more.some((arn) => arn.endsWith('foundation-model/amazon.nova-micro-v1:0'))).toBe(true)
    expect(arnsOf({ reply: by() })).toEqual(bare)
    expect(arnsOf(redact())).toEqual(bare)
  })

  it('is found whether or not the team may use it, under that team’s rules', () => {
    const guard = { deny: ['x'] }
    const { find, ofOperator } = openCatalogue({
      ...base,
      guard,
      teams: { demo: { ...base.teams.demo, models: ['own'] } },
    })
    const caller = { team: 'demo', keyId: 'k' }
    expect(() => find('amazon.nova-micro-v1:0', caller)).toThrow(/may not use|no model/)
    const route = ofOperator('amazon.nova-micro-v1:0', caller)
    expect(route.model.id).toBe('amazon.nova-micro-v1:0')
    expect(route.rules[0]?.guard).toBe(guard)
    expect(route.targets.map(({ modelId }) => modelId)).toHaveLength(1)
  })
})
