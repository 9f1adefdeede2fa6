/** Decorations that no model can be given are told before anything is deployed. */
import { expect, it } from 'vitest'
import { checkConfig } from '../lib/gateway-config.ts'

const base = {
  regions: ['us-east-1'],
  models: {
    nova: 'amazon.nova-lite-v1:0',
    claude: 'anthropic.claude-haiku-4-5-20251001-v1:0',
    llama: 'meta.llama3-3-70b-instruct-v1:0',
    vectors: 'amazon.titan-embed-text-v2:0',
  },
  plans: { free: {} },
  teams: { demo: { plan: 'free', models: '*' } },
}
const { llama: _, ...strict } = base.models

function problemsOf(change: object): string {
  try {
    checkConfig({ ...base, ...change })
    return ''
  } catch (error) {
    return String((error as Error).message)
  }
}

const said = (role: string) => ({ role, content: 'Well.' })
const team = (models: unknown, ...prepend: readonly object[]) => ({
  teams: { demo: { plan: 'free', models, decorate: { prepend } } },
})
const [system, user, assistant] = [{ content: 'Be kind.' }, said('user'), said('assistant')]
const begin = 'messages must begin with a user’s, after any system messages; we got the assistant’s'
const around = 'cannot be put around what is asked of'

it.each<[string, object, string]>([
  [
    'an assistant’s before anybody’s, where every model wants a user first',
    { models: strict, decorate: { prepend: [system, assistant] } },
    `decorate: ${around} 'nova', 'claude', 'vectors': ${begin}`,
  ],
  ['of one team', team(['nova'], assistant), `teams.demo.decorate: ${around} 'nova': ${begin}`],
  [
    'of one alias',
    {
      models: {
        ...base.models,
        kind: {
          targets: [{ model: 'amazon.nova-micro-v1:0' }],
          decorate: { prepend: [assistant] },
        },
      },
    },
    `models.kind.decorate: ${around} 'kind': ${begin}`,
  ],
  [
    'an answer begun for those who do not go on with one',
    {
      models: { sonnet: 'anthropic.claude-sonnet-4-6' },
      decorate: { append: [assistant] },
    },
    "decorate: cannot be put around what is asked of 'sonnet': messages: Claude Sonnet 4.6 does not go on",
  ],
])('%s', (_, change, told) => {
  expect(problemsOf(change)).toContain(told)
})

it.each<[string, object]>([
  ['behind a user’s', { models: strict, decorate: { prepend: [system, user, assistant] } }],
  ['behind everybody’s', { decorate: { prepend: [user] }, ...team(['nova'], assistant) }],
  ['where one model takes it', team(['nova', 'llama'], assistant)],
  ['where only vectors are asked for', team(['vectors'], assistant)],
  [
    'an answer that is begun for a model that goes on with it',
    {
      teams: { demo: { plan: 'free', models: ['llama'], decorate: { append: [assistant] } } },
    },
  ],
])('and what can be is taken: %s', (_, change) => {
  expect(problemsOf(change)).toBe('')
})
