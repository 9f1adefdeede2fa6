/** Each policy as data: what it promises, for whom it is configured, and how to see that it held. */
import type { Plan, Team } from '../../lambda/core/config.ts'
import type { ErrorCode } from '../../lambda/core/errors.ts'
import {
  type At,
  ask,
  calm,
  chat,
  expectDecorated,
  fromMemory,
  fromModel,
  judging,
  questionOf,
  refusing,
  secret,
  spending,
  stopped,
  wordless,
} from './policy-asks.ts'
import {
  expectAnswered,
  expectCutShort,
  expectMetered,
  expectRefused,
  type Way,
} from './policy-checks.ts'
import { ofBedrock } from './policy-rows-bedrock.ts'
import { ofTransformers } from './policy-rows-transform.ts'

export type Row = {
  readonly name: string
  /** Of `lambda/policies`; none where it is seen to before them. */
  readonly by: readonly string[]
  readonly promise: string
  /** What it is worth where the answer is remembered. */
  readonly onHit: string
  readonly code?: ErrorCode
  /** By name; `plan` where it is not that of everybody. */
  readonly teams: Readonly<Record<string, Partial<Team> & { readonly limits?: Plan }>>
  /** Why there is no such way to be asked. */
  readonly never?: (way: Pick<Way, 'route' | 'hit'>) => string | undefined
  readonly holds: (at: At) => Promise<void>
}

const refusedOnHit = 'It is refused like any call, and what is remembered is not told.'
const freeOnHit = 'It counts as a request, and neither tokens nor money are used.'

export const rows: readonly Row[] = [
  {
    name: 'revoked key',
    by: ['budget', 'cache'],
    promise: 'A key that was ended, by API Gateway or by the gateway itself, opens nothing.',
    ...{ onHit: refusedOnHit, code: 'invalid_api_key' },
    teams: { revoked: {}, ended: {} },
    async holds(at) {
      await refusing('revoked', 'invalid_api_key')(at)
      await refusing('ended', 'invalid_api_key')(at)
    },
  },
  {
    name: 'paused team',
    by: ['budget', 'cache'],
    promise: 'A team that an operator paused is not answered.',
    ...{ onHit: refusedOnHit, code: 'access_denied' },
    teams: { paused: {} },
    holds: refusing('paused', 'access_denied'),
  },
  {
    name: stopped.policy,
    by: ['budget', 'cache'],
    promise: 'A model that an operator paused is not asked.',
    ...{ onHit: 'What it said before it was paused is not told either.', code: 'access_denied' },
    teams: {},
    async holds(at) {
      const model = at.route.kind === 'embed' ? stopped.vectors : stopped.words
      const text = at.hit ? stopped.text : questionOf(at)
      expectRefused(await ask(at, calm, text, { model }), at, calm, 'access_denied')
    },
  },
  {
    name: 'models of a team',
    by: [],
    promise: 'A team is answered by the models its configuration names, and by no other.',
    ...{ onHit: refusedOnHit, code: 'model_not_allowed' },
    teams: { few: { models: ['aside'] } },
    holds: refusing('few', 'model_not_allowed'),
  },
  {
    name: 'quota',
    by: ['budget', 'cache'],
    promise: 'Beyond the requests of its plan’s quota a team is refused.',
    ...{ onHit: refusedOnHit, code: 'quota_exceeded' },
    teams: { quota: { limits: { quota: { limit: 1, period: 'MONTH' } } } },
    holds: refusing('quota', 'quota_exceeded'),
  },
  {
    name: 'limit of requests',
    by: ['budget', 'cache'],
    promise: 'Beyond its limit of requests a team is refused.',
    ...{ onHit: refusedOnHit, code: 'quota_exceeded' },
    teams: { counted: { limits: { limits: [{ requests: 1, per: 'month' }] } } },
    holds: refusing('counted', 'quota_exceeded'),
  },
  {
    name: 'calls at once',
    by: ['budget', 'cache'],
    promise: 'While a team has as many calls under way as its plan allows, others are refused.',
    ...{ onHit: refusedOnHit, code: 'throttled' },
    teams: { busy: { limits: { maxParallel: 1 } } },
    holds: refusing('busy', 'throttled'),
  },
  {
    name: 'budget of tokens',
    by: ['budget', 'cache'],
    promise:
      'A call that may use more tokens than are left is refused; one that passes is charged what Bedrock billed, once.',
    ...{ onHit: freeOnHit, code: 'budget_exceeded' },
    teams: {
      fewtokens: { limits: { limits: [{ tokens: 1, per: 'month' }] } },
      manytokens: { limits: { limits: [{ tokens: 1e12, per: 'month' }] } },
    },
    holds: spending('fewtokens', 'manytokens'),
  },
  {
    name: 'budget of money',
    by: ['budget', 'cache'],
    promise:
      'A call that may cost more than is left is refused; one that passes is charged what Bedrock billed, once.',
    ...{ onHit: freeOnHit, code: 'budget_exceeded' },
    teams: {
      poor: { limits: { limits: [{ usd: 0.000001, per: 'month' }] } },
      rich: { limits: { limits: [{ usd: 1e6, per: 'month' }] } },
    },
    holds: spending('poor', 'rich'),
  },
  {
    name: 'guard, denied',
    by: ['guard'],
    promise: 'What a `deny` rule matches is sent to nobody.',
    onHit: 'It is refused, even where its `x-tollgate-cache-key` leads to an answer.',
    code: 'guard_blocked',
    teams: { denied: { guard: { deny: ['forbidden'] } } },
    holds: judging('denied', 'guard_blocked', 'Please.', 'Forbidden.'),
  },
  {
    name: 'guard, allowed',
    by: ['guard'],
    promise: 'What no `allow` rule matches is sent to nobody.',
    onHit: 'It is refused, even where its `x-tollgate-cache-key` leads to an answer.',
    code: 'guard_blocked',
    teams: { greeting: { guard: { allow: ['^(hello|こんにちは)'] } } },
    holds: judging('greeting', 'guard_blocked', 'こんにちは、', '1 + 1?'),
  },
  {
    name: 'guard, answers',
    by: ['guard'],
    promise: 'An answer that an `output` rule matches is not told; a stream ends before it.',
    onHit: 'Such an answer is never kept, and what teams without the rule were told is not found.',
    code: 'guard_blocked',
    teams: { unheard: { guard: { output: { deny: ['utopia'] } } } },
    never: wordless,
    async holds(at) {
      const text = `What is the ${at.nth()}th utopia?`
      if (at.hit) fromModel(at, await ask(at, calm, text), calm)
      for (let time = 0; time < (at.hit ? 2 : 1); time++) {
        const asked = await ask(at, 'unheard', text)
        expectCutShort(asked, at, 'unheard', 'utopia')
      }
      if (at.hit) fromMemory(at, await ask(at, calm, text), calm)
    },
  },
  {
    name: 'templates only',
    by: ['template'],
    promise: 'With `allow_untemplated: false` nothing is asked but what a template made.',
    onHit: 'It is refused, even where its `x-tollgate-cache-key` leads to a template’s answer.',
    code: 'template_error',
    teams: { held: { allow_untemplated: false } },
    never: ({ route, hit }) =>
      hit && (route.native || route.kind === 'embed')
        ? 'No template is asked there, so for such a team nothing is remembered.'
        : undefined,
    async holds(at) {
      const key = at.hit ? { key: `key-${at.nth()}` } : {}
      const { route } = at
      const template = route.byTemplate === undefined ? chat : route
      const asking: At = template === chat && chat ? { ...at, route: chat, stream: false } : at
      const can = at.hit || route.byTemplate !== undefined
      const byTemplate = () =>
        ask(asking, 'held', questionOf(at), { ...key, ...(template && { template }) })
      if (can) fromModel(asking, await byTemplate(), 'held')
      expectRefused(await ask(at, 'held', questionOf(at), key), at, 'held', 'template_error')
      if (at.hit) fromMemory(asking, await byTemplate(), 'held')
    },
  },
  {
    name: 'decorators',
    by: ['decorate'],
    promise: 'The operator’s messages are around every prompt, and the caller sees none of them.',
    onHit:
      'An answer that was given without them is not told; one that is told shows none of them.',
    teams: { kindly: { decorate: { prepend: [{ content: secret }] } } },
    never: ({ route }) =>
      route.kind === 'embed'
        ? 'Embeddings have no roles, so nothing is put around them.'
        : undefined,
    async holds(at) {
      const text = questionOf(at)
      if (at.hit) fromModel(at, await ask(at, calm, text), calm)
      const asked = await ask(at, 'kindly', text)
      fromModel(at, asked, 'kindly')
      expectDecorated(asked)
      if (!at.hit) return
      const again = await ask(at, 'kindly', text)
      fromMemory(at, again, 'kindly')
      expectDecorated(again)
    },
  },
  ...ofTransformers,
  ofBedrock,
  {
    name: 'cache of each team',
    by: ['cache'],
    promise: 'Without `shared: true` no team is told what another was answered.',
    onHit: 'Only the team that asked before is answered from memory, whatever key it gives.',
    teams: {},
    async holds(at) {
      const gateway = at.gateways.apart
      const text = questionOf(at)
      for (const more of at.hit
        ? [{ gateway }, { gateway, key: `key-${at.nth()}` }]
        : [{ gateway }]) {
        fromModel(at, await ask(at, 'one', text, more), 'one')
        if (at.hit) fromMemory(at, await ask(at, 'one', text, more), 'one')
        fromModel(at, await ask(at, 'other', text, more), 'other')
      }
    },
  },
  {
    name: 'meter',
    by: ['meter'],
    promise:
      'Each request writes one line: team, key, model, outcome, and the tokens and cost that were billed.',
    onHit: 'The line says `hit`, and that it cost nothing.',
    teams: { metered: {} },
    async holds(at) {
      const text = questionOf(at)
      if (at.hit) fromModel(at, await ask(at, calm, text), calm)
      const asked = await ask(at, 'metered', text)
      expectAnswered(asked, at, { team: 'metered', from: at.hit ? 'memory' : 'model' })
      expectMetered(asked, at, 'metered')
    },
  },
]
