/** What limits of a right form may still have wrong: names, doubles, and what can never be reached. */
import type { GatewayConfig, Limit, PlanLimit, Window } from '../lambda/core/config.ts'
import { priceAt } from '../lambda/core/cost.ts'
import { modelsOf } from '../lambda/targets.ts'
import { needsOneOf, problem } from './checks.ts'

type Placed = { readonly path: string; readonly limit: Limit | PlanLimit }

export function limitProblems(config: GatewayConfig, home: string): readonly string[] {
  const organisation = placed('organisation', config.organisation?.limits)
  const plans = Object.entries(config.plans).map(([name, { limits }]) =>
    placed(`plans.${name}`, limits),
  )
  return [
    ...plans.flat().flatMap((one) => aliasProblems(one, Object.keys(config.models))),
    ...[...plans, organisation].flatMap((limits) => [
      ...doubleProblems(limits),
      ...unreachedProblems(limits),
    ]),
    ...priceProblems(config),
    ...topicProblems(config, home),
  ]
}

const placed = (path: string, limits: readonly (Limit | PlanLimit)[] = []): readonly Placed[] =>
  limits.map((limit, index) => ({ path: `${path}.limits[${index}]`, limit }))

const modelOf = (limit: Limit | PlanLimit) => ('model' in limit ? limit.model : undefined)
const eachOf = (limit: Limit | PlanLimit) => ('each' in limit ? limit.each : undefined) ?? 'team'
const thenOf = ({ then = 'refuse' }: Limit) => then
const refuses = (limit: Limit): boolean => thenOf(limit) === 'refuse'

function measureOf(limit: Limit): { readonly measure: string; readonly amount: number } {
  if ('requests' in limit) return { measure: 'requests', amount: limit.requests }
  if ('tokens' in limit) return { measure: 'tokens', amount: limit.tokens }
  return { measure: 'usd', amount: limit.usd }
}

/** Limits that count the same, but for their window. */
const counts = (limit: Limit | PlanLimit): string =>
  JSON.stringify([measureOf(limit).measure, eachOf(limit), modelOf(limit)])

function aliasProblems({ path, limit }: Placed, aliases: readonly string[]): readonly string[] {
  const model = modelOf(limit)
  if (model === undefined || aliases.includes(model)) return []
  return [problem(`${path}.model`, model, needsOneOf('alias', aliases, model))]
}

/** A limit that reports may stand beside one that refuses, to be tried. */
const same = (one: Limit, other: Limit): boolean =>
  one.per === other.per && counts(one) === counts(other) && thenOf(one) === thenOf(other)

function doubleProblems(limits: readonly Placed[]): readonly string[] {
  return limits.flatMap(({ path, limit }, index) => {
    const first = limits.slice(0, index).find((other) => same(other.limit, limit))
    if (first === undefined) return []
    return [problem(path, limit, `which counts what ${first.path} counts; needs only one of them`)]
  })
}

/** How many windows of another kind one of this kind may touch, where that is not many. */
const touched: Readonly<Record<Window, Partial<Record<Window, number>>>> = {
  minute: { minute: 1, day: 1, week: 1, month: 1 },
  day: { day: 1, week: 1, month: 1 },
  week: { week: 1, month: 2 },
  month: { month: 1 },
}

function unreachedProblems(limits: readonly Placed[]): readonly string[] {
  return limits.flatMap(({ path, limit }) => {
    const { measure, amount } = measureOf(limit)
    return limits
      .filter((other) => refuses(other.limit) && !same(other.limit, limit))
      .filter((other) => counts(other.limit) === counts(limit))
      .flatMap((other) => {
        const windows = touched[limit.per][other.limit.per] ?? Infinity
        const most = windows * measureOf(other.limit).amount
        if (amount <= most) return []
        const why = `which is never reached: ${other.path} ends at ${measureOf(other.limit).amount} a ${other.limit.per}`
        return [problem(`${path}.${measure}`, amount, `${why}; needs at most ${most}`)]
      })
  })
}

/** A team of which one model has a price may ask that one; requests for the others are refused. */
function priceProblems(config: GatewayConfig): readonly string[] {
  const { teams, plans, models, organisation } = config
  const priced = (alias: string): boolean => {
    const row = models[alias]
    const found = row === undefined ? [] : modelsOf(row, config)
    return found.length === 0 || found.some((model) => priceAt(model, Date.now()) !== undefined)
  }
  return Object.entries(teams).flatMap(([name, team]) => {
    const limits = [...(plans[team.plan]?.limits ?? []), ...(organisation?.limits ?? [])]
    const inUsd = limits.some((limit) => 'usd' in limit && refuses(limit))
    if (!inUsd || team.models === '*' || team.models.some(priced)) return []
    const why = 'none of which has a price in force, so a limit in USD refuses every request'
    return [problem(`teams.${name}.models`, team.models, `${why}; needs one with a price`)]
  })
}

/** A rule of EventBridge sends to topics of its own region. */
function topicProblems({ alerts }: GatewayConfig, home: string): readonly string[] {
  const region = alerts?.topic.split(':')[3]
  if (alerts === undefined || region === home) return []
  return [problem('alerts.topic', alerts.topic, `needs a topic in ${home}, where the gateway is`)]
}
