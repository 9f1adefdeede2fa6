/** What an estimate says of the guard is what becomes of the call, and a count is guarded like it. */
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import type { GatewayConfig } from '../lambda/core/config.ts'
import { type Simulator, startSimulator } from '../local/simulator/index.ts'
import { type InProcessAnswer, type InProcessRequest, invoke } from './support/in-process.ts'

const deny = ['forbidden']
const prepend = (content: string, role: 'system' | 'user' = 'system') => ({
  decorate: { prepend: [{ role, content }] },
})
const rules = {
  denied: { guard: { deny } },
  reasoned: { guard: { deny: [{ name: 'words', pattern: 'forbidden' }], detail: 'reason' } },
  reported: { guard: { deny, mode: 'report' } },
  greeting: { guard: { allow: ['^hello'] } },
  ownwords: { guard: { deny }, ...prepend('Nothing forbidden.') },
  greeted: { guard: { allow: ['hello'] }, ...prepend('Hello!', 'user') },
  quiet: { guard: { allow: ['hello'] }, ...prepend('Hello!') },
  templates: { guard: { deny }, allow_untemplated: false },
  answers: { guard: { output: { deny } } },
} as const
type TeamName = keyof typeof rules

const config: GatewayConfig = {
  regions: ['us-east-1'],
  models: {
    nova: 'amazon.nova-lite-v1:0',
    claude: 'anthropic.claude-haiku-4-5-20251001-v1:0',
    titan: 'amazon.titan-text-express-v1',
    kind: { targets: [{ model: 'amazon.nova-micro-v1:0' }], ...prepend('Nothing forbidden.') },
    vectors: 'amazon.titan-embed-text-v2:0',
  },
  templates: {
    plain: { messages: [{ role: 'user', content: 'Sum up {{what}}' }], max_tokens: 40 },
    bad: {
      messages: [
        { role: 'system', content: 'Forbidden.' },
        { role: 'user', content: '{{what}}' },
      ],
    },
  },
  plans: { free: {} },
  teams: Object.fromEntries(
    Object.entries(rules).map(([name, more]) => [name, { plan: 'free', models: '*', ...more }]),
  ),
}
vi.mock('#gateway-config', () => ({ default: config }))

let bedrock: Simulator
beforeAll(async () => {
  bedrock = await startSimulator({ region: 'us-east-1' })
  process.env.AWS_ENDPOINT_URL_BEDROCK_RUNTIME = bedrock.url
})
afterAll(() => bedrock.close())

const user = (content: unknown) => ({ role: 'user', content })
const chat = (text: string, model = 'nova') => ({ model, max_tokens: 40, messages: [user(text)] })
const tool = {
  ...chat('Hi', 'claude'),
  tools: [
    {
      type: 'function',
      function: { name: 'f', description: 'Forbidden.', parameters: { type: 'object' } },
    },
  ],
}
const byTemplate = (name: string, what: string) => ({
  ...{ model: 'nova', messages: `{template://${name}}`, properties: { what } },
})
const vectors = (input: unknown) => ({ model: 'vectors', input })

const bodies: readonly object[] = [
  ...['Hello there', 'Forbidden things', 'forbid\u200bden'].flatMap((text) =>
    ['nova', 'titan', 'kind'].map((model) => chat(text, model)),
  ),
  ...[
    tool,
    byTemplate('plain', 'the text'),
    byTemplate('plain', 'Forbidden'),
    byTemplate('bad', 'Hi'),
  ],
  ...[vectors('hello'), vectors(['hello', 'forbidden'])],
]
const teams = Object.keys(rules) as TeamName[]
const cases = teams.flatMap((team) =>
  bodies.map((body) => ({ team, body, text: JSON.stringify(body) })),
)

const asking = ({ text, body }: (typeof cases)[number]): InProcessRequest => ({
  resource: 'input' in body ? '/v1/embeddings' : '/v1/chat/completions',
  body: text,
})
const codeOf = ({ text }: InProcessAnswer): unknown => JSON.parse(text).error?.code

describe('an estimate tells of the guard what becomes of the call', () => {
  it.each(cases)('$team: $text', async (each) => {
    const { team, text } = each
    const estimate = await invoke({ resource: '/v1/estimate', body: text, team })
    const sent = bedrock.requests.length
    const answer = await invoke({ ...asking(each), team })
    if (estimate.statusCode !== 200) {
      expect([estimate.statusCode, codeOf(estimate)]).toEqual([answer.statusCode, codeOf(answer)])
      expect(bedrock.requests.length).toBe(sent)
      return
    }
    const { guard, guard_rule: rule } = JSON.parse(estimate.text)
    /** An answer's rules are asked of what nobody has said yet. */
    const refused = codeOf(answer) === 'guard_blocked' && bedrock.requests.length === sent
    expect(guard).toBe(team === 'answers' ? undefined : refused ? 'blocked' : 'pass')
    expect(rule).toBe(refused && team === 'reasoned' ? 'words' : undefined)
    if (!refused && team !== 'answers') expect(answer.statusCode).toBe(200)
  })

  it('and both of them are there', async () => {
    const verdicts = await Promise.all(
      cases.map(async ({ team, text }) => {
        const { text: told } = await invoke({ resource: '/v1/estimate', body: text, team })
        return JSON.parse(told).guard as unknown
      }),
    )
    expect(verdicts.filter((verdict) => verdict === 'pass').length).toBeGreaterThan(20)
    expect(verdicts.filter((verdict) => verdict === 'blocked').length).toBeGreaterThan(20)
  })
})

describe('a count is guarded', () => {
  const count = (body: object, team: TeamName) =>
    invoke({
      resource: '/v1/messages/count_tokens',
      body: JSON.stringify({ model: 'claude', ...body }),
      team,
    })
  const said = (content: unknown) => ({ messages: [user(content)] })

  it.each<[string, object, TeamName]>([
    ['what a rule denies', said('Forbidden things'), 'denied'],
    ['what is disguised', said('ｆｏｒｂｉｄ\u200bｄｅｎ'), 'denied'],
    ['in the system', { ...said('Hi'), system: 'Forbidden.' }, 'denied'],
    [
      'in a tool',
      {
        ...said('Hi'),
        tools: [{ name: 'f', description: 'Forbidden.', input_schema: { type: 'object' } }],
      },
      'denied',
    ],
    ['what no rule allows', said('Who are you?'), 'greeting'],
    ['what the operator put around it', said('Hi'), 'ownwords'],
  ])('%s is counted by nobody', async (_, body, team) => {
    const sent = bedrock.requests.length
    const answer = await count(body, team)
    expect([answer.statusCode, JSON.parse(answer.text).error]).toEqual([
      400,
      expect.objectContaining({ type: 'invalid_request_error', code: 'guard_blocked' }),
    ])
    expect(answer.lines).toHaveLength(1)
    expect(answer.lines[0]).toMatchObject({
      team,
      task: 'count',
      outcome: 'guard_blocked',
      GuardBlocks: 1,
    })
    expect(bedrock.requests.length).toBe(sent)
  })

  it.each<[string, TeamName]>([
    ['Who are you?', 'denied'],
    ['hello', 'greeting'],
    ['Forbidden things', 'reported'],
    ['Forbidden things', 'answers'],
  ])('%j of %s is counted', async (text, team) => {
    const answer = await count(said(text), team)
    expect([answer.statusCode, Object.keys(JSON.parse(answer.text))]).toEqual([
      200,
      ['input_tokens'],
    ])
    expect(bedrock.requests.at(-1)?.operation).toBe('CountTokens')
  })
})
