/** From limits to the buckets a call counts in: which attributes of a ledger item, and how much they take. */
import type { GatewayConfig, Limit, Plan, PlanLimit, Window } from '../core/config.ts'
import type { Grounds } from '../core/errors.ts'
import type { Amounts, Asking, Standing } from '../core/ledger.ts'
import type { Calendar } from './calendar.ts'

/** An attribute's first letter says what it counts. */
const letters = { requests: 'r', tokens: 't', 'micro-usd': 'u', parallel: 'p' } as const
type Measure = Grounds['measure']

/** A limit as it stands in the configuration, whatever window it is now. */
type Rule = {
  readonly whose: 'team' | 'organisation'
  readonly measure: Exclude<Measure, 'parallel'>
  readonly window: Window
  readonly each: 'team' | 'key' | 'model'
  readonly model?: string
  readonly limit: number
  readonly then: Standing['then']
}

/** What is counted in one attribute until its window ends. */
export type Bucket = Pick<
  Standing,
  'whose' | 'window' | 'measure' | 'key' | 'model' | 'resetsAt'
> & {
  readonly attribute: string
  /** `Infinity` where it is only counted. */
  readonly limit: number
  readonly then: Standing['then']
}

export type Rules = {
  /** Nothing here has a limit: the ledger is not asked. */
  readonly limited: boolean
  /** A limit in USD refuses calls: what has no price cannot be allowed. */
  readonly money: boolean
  /** Many calls at once may count in slices of the budget. */
  readonly sliceable: boolean
  readonly buckets: (
    asking: Pick<Asking, 'model'> & { readonly caller: { readonly keyId: string } },
    now: number,
    grantedMicroUsd: number,
  ) => readonly Bucket[]
}

/** More calls at once than this are spread over slices, which may each hold a few of them. */
const mostUnsliced = 64

const noRules: Rules = { limited: false, money: false, sliceable: false, buckets: () => [] }

export function teamRules(
  config: GatewayConfig,
  team: string,
  calendar: Calendar,
  sameAs: (alias: string) => string,
): Rules {
  const plan = config.plans[config.teams[team]?.plan ?? '']
  return plan === undefined ? noRules : planRules(plan, calendar, sameAs)
}

export function organisationRules({ organisation }: GatewayConfig, calendar: Calendar): Rules {
  const rules = (organisation?.limits ?? []).map((limit) => ruleOf('organisation', limit))
  return rulesOf('organisation', rules, undefined, calendar)
}

function planRules(
  { quota, limits = [], maxParallel }: Plan,
  calendar: Calendar,
  sameAs: (alias: string) => string,
): Rules {
  const rules = limits.map((limit) => {
    const { model, ...rule } = ruleOf('team', limit)
    return { ...rule, ...(model !== undefined && { model: sameAs(model) }) }
  })
  if (quota !== undefined) {
    const per = quota.period.toLowerCase() as Window
    rules.push(ruleOf('team', { requests: quota.limit, per }))
  }
  return rulesOf('team', rules, maxParallel, calendar)
}

/** A model's day is nobody's question; its month is. */
const counted: readonly Pick<Rule, 'measure' | 'window' | 'each'>[] = [
  { measure: 'requests', window: 'day', each: 'team' },
  { measure: 'tokens', window: 'day', each: 'team' },
  { measure: 'micro-usd', window: 'day', each: 'team' },
  { measure: 'requests', window: 'month', each: 'team' },
  { measure: 'tokens', window: 'month', each: 'team' },
  { measure: 'micro-usd', window: 'month', each: 'team' },
  { measure: 'tokens', window: 'month', each: 'model' },
  { measure: 'micro-usd', window: 'month', each: 'model' },
]

function rulesOf(
  whose: Rule['whose'],
  rules: readonly Rule[],
  maxParallel: number | undefined,
  calendar: Calendar,
): Rules {
  if (rules.length === 0 && maxParallel === undefined) return noRules
  const all: readonly Rule[] = [
    ...rules,
    ...counted.map((one) => ({ ...one, whose, limit: Infinity, then: 'report' as const })),
  ]
  return {
    limited: true,
    money: rules.some(({ measure, then }) => measure === 'micro-usd' && then === 'refuse'),
    sliceable: maxParallel === undefined || maxParallel > mostUnsliced,
    buckets({ caller, model }, now, granted) {
      const buckets = all
        .filter((rule) => rule.model === undefined || rule.model === model)
        .map((rule) => bucketOf(rule, caller.keyId, model, now, granted, calendar))
      if (maxParallel === undefined) return buckets
      return [...buckets, parallelBucket(maxParallel)]
    },
  }
}

function ruleOf(whose: Rule['whose'], limit: Limit | PlanLimit): Rule {
  const { per: window, then = 'refuse' } = limit
  const each = 'each' in limit ? (limit.each ?? 'team') : 'team'
  const model = 'model' in limit && limit.model !== undefined ? { model: limit.model } : {}
  const rule = { whose, window, then, each, ...model }
  if ('requests' in limit) return { ...rule, measure: 'requests', limit: limit.requests }
  if ('tokens' in limit) return { ...rule, measure: 'tokens', limit: limit.tokens }
  return { ...rule, measure: 'micro-usd', limit: Math.round(limit.usd * 1e6) }
}

function bucketOf(
  { measure, window, each, whose, limit, then }: Rule,
  keyId: string,
  model: string,
  now: number,
  granted: number,
  calendar: Calendar,
): Bucket {
  const { id, endsAt } = calendar.windowAt(window, now)
  const scope = { team: '', key: `.k${keyId}`, model: `.m${model}` }[each]
  const extra = measure === 'micro-usd' && whose === 'team' ? granted : 0
  return {
    attribute: `${letters[measure]}${id}${scope}`,
    whose,
    measure,
    window,
    ...(each === 'key' && { key: keyId }),
    ...(each === 'model' && { model }),
    limit: limit + extra,
    then,
    resetsAt: endsAt,
  }
}

const parallelBucket = (limit: number): Bucket => ({
  attribute: letters.parallel,
  whose: 'team',
  measure: 'parallel',
  window: 'now',
  limit,
  then: 'refuse',
})

const amounts: Readonly<Record<string, (of: Amounts) => number>> = {
  r: ({ requests }) => requests,
  t: ({ tokens }) => tokens,
  u: ({ microUsd }) => microUsd,
}

/** How much of these amounts an attribute counts; a call on its way is one of those at once. */
export const amountIn = (attribute: string, of: Amounts): number =>
  amounts[attribute[0] ?? '']?.(of) ?? 1

/** What remains of it when the call is over. */
export const finallyIn = (attribute: string, of: Amounts): number =>
  attribute === letters.parallel ? 0 : amountIn(attribute, of)

/** Attributes that count, among all those an item has. */
export const isCounter = (attribute: string): boolean => /^([rtu][dmnw]|p$)/.test(attribute)

/** The window an attribute counts in; none for the calls at once. */
export const windowIdOf = (attribute: string): string | undefined =>
  attribute === letters.parallel ? undefined : attribute.slice(1).split('.')[0]
