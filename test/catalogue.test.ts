/** Which names find which model, for whom; and what is said of those that find none. */
import { describe, expect, it } from 'vitest'
import { openCatalogue } from '../lambda/catalogue.ts'
import { defineGateway } from '../lambda/core/config.ts'
import { modelById } from '../lambda/models/index.ts'
import { targetId } from '../lambda/models/profiles.ts'

const haiku = 'anthropic.claude-haiku-4-5-20251001-v1:0'
const novaLite = modelById.get('amazon.nova-lite-v1:0')
if (novaLite === undefined) throw new Error('the catalogue lost Nova Lite')
const own = {
  ...novaLite,
  id: 'arn:aws:bedrock:us-east-1:123456789012:application-inference-profile/x1',
}

const catalogue = openCatalogue(
  defineGateway({
    regions: ['us-east-1'],
    models: { claude: haiku, far: `global.${haiku}`, nova: 'amazon.nova-lite-v1:0', own },
    plans: { one: {} },
    teams: {
      some: { plan: 'one', models: ['claude'] },
      pinned: { plan: 'one', models: ['far', 'own'] },
      all: { plan: 'one', models: '*' },
    },
  }),
)
const find = (team: string, name: string) => {
  const { model, targets } = catalogue.find(name, { team, keyId: 'k' })
  return [model.id, targets[0]?.modelId]
}

describe('a model is found', () => {
  it.each([
    ['its alias', 'claude', `us.${haiku}`],
    ['its id', haiku, `us.${haiku}`],
    ['its profile', `us.${haiku}`, `us.${haiku}`],
    ['another profile', `global.${haiku}`, `global.${haiku}`],
    [
      'the ARN of its profile',
      `arn:aws:bedrock:us-east-1:123456789012:inference-profile/us.${haiku}`,
      `us.${haiku}`,
    ],
    ['Anthropic’s own name', 'claude-haiku-4-5-20251001', `us.${haiku}`],
    ['the same without its date', 'claude-haiku-4-5', `us.${haiku}`],
    ['its own ARN', `arn:aws:bedrock:us-east-1::foundation-model/${haiku}`, `us.${haiku}`],
  ])('by %s', (_, name, sendAs) => {
    expect(find('some', name)).toEqual([haiku, sendAs])
    expect(find('all', name)).toEqual([haiku, sendAs])
  })

  it('by the profile its operator chose, whichever way its team names it', () => {
    expect(find('pinned', 'far')).toEqual([haiku, `global.${haiku}`])
    expect(find('pinned', haiku)).toEqual([haiku, `global.${haiku}`])
    expect(() => find('pinned', `us.${haiku}`)).toThrow('may not use')
  })

  it('by a row of one’s own, sent as it stands', () => {
    expect(find('pinned', 'own')).toEqual([own.id, own.id])
  })

  it('in the whole catalogue by a team that may use everything', () => {
    for (const [id, model] of modelById) {
      expect(find('all', id)).toEqual([id, targetId(model, 'us-east-1')])
    }
  })
})

describe('a model is not found', () => {
  it.each([
    ['some', 'nova', 'This key may not use the model "nova". It may use: claude.'],
    ['some', 'amazon.nova-pro-v1:0', 'This key may not use the model'],
    ['some', 'gpt-4', 'There is no model "gpt-4" here. It may use: claude.'],
    ['some', `eu.${haiku}`, 'There is no model'],
    ['some', `us.us.${haiku}`, 'There is no model'],
    ['some', 'claude ', 'There is no model "claude " here.'],
    ['some', '__proto__', 'There is no model "__proto__" here.'],
    ['some', 'anthropic.claude-haiku-4-5-20251001-v1:0/../x', 'There is no model'],
    ['some', `${haiku}\n`, 'There is no model'],
    ['all', '*', 'There is no model "*" here.'],
    ['gone', 'claude', 'This key may not use the model "claude". It may use: none.'],
  ])('by %s as %j', (team, name, message) => {
    expect(() => find(team, name)).toThrow(message)
  })
})
