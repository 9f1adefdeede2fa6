/** API keys and the usage plans that throttle and count them. */
import { readKey } from '../../lambda/core/key.ts'
import { listOf, NotServed, numberOf, textOf, valuesOf } from '../template/values.ts'
import type { Find } from './api.ts'
import { type Period, periodOf } from './calendar.ts'
import type { KeyRegistry, Made } from './key-registry.ts'
import { type Refusal, refusals } from './refusals.ts'
import { openBucket, readThrottle, type Throttle, type TokenBucket } from './token-bucket.ts'

export type ApiKey = {
  readonly id: string
  readonly name: string
  readonly value: string
  readonly enabled: boolean
  readonly description: string
  readonly tags: Readonly<Record<string, string>>
  /** Milliseconds since 1970. */
  readonly created: number
  readonly changed: number
  readonly team: string
}

export type Quota = { readonly limit: number; readonly period: Period; readonly offset: number }

export type Plan = {
  readonly id: string
  readonly name: string
  readonly quota: Quota | undefined
  readonly throttle: Throttle | undefined
}

/** What a key has used in one period; `first` is the period in which it was first known. */
export type Count = { readonly first: string; readonly period: string; readonly used: number }

export type Counts = {
  readonly get: (name: string) => Count | undefined
  readonly set: (name: string, count: Count) => void
}

/** API keys, and those plans that are for this stage; `now` is when they are made. */
export function readPlans(find: Find, apiId: string, stage: string, now: number): Made {
  const keys = find('AWS::ApiGateway::ApiKey').map(function readApiKey(resource): ApiKey {
    const { id, path, properties } = resource
    const value = textOf(properties.Value)
    if (value === undefined) {
      throw new NotServed(`${path}: a key without a Value gets one that only AWS knows.`)
    }
    const name = textOf(properties.Name) ?? id
    const team = teamOf(value, name)
    const enabled = properties.Enabled === true || properties.Enabled === 'true'
    const description = textOf(properties.Description) ?? ''
    const tags = tagsOf(properties.Tags)
    return { id, name, value, enabled, description, tags, created: now, changed: now, team }
  })
  const links = find('AWS::ApiGateway::UsagePlanKey').map(({ properties }) => properties)
  const plans = find('AWS::ApiGateway::UsagePlan')
    .filter(({ properties }) =>
      listOf(properties.ApiStages)
        .map(valuesOf)
        .some(({ ApiId, Stage }) => ApiId === apiId && Stage === stage),
    )
    .map(function readPlan({ id, properties }): Plan {
      const { Limit, Period: period, Offset } = valuesOf(properties.Quota)
      const { RateLimit, BurstLimit } = valuesOf(properties.Throttle)
      const limit = numberOf(Limit)
      const offset = numberOf(Offset) ?? 0
      return {
        id,
        name: textOf(properties.UsagePlanName) ?? id,
        quota: limit === undefined ? undefined : { limit, period: period as Period, offset },
        throttle: readThrottle(RateLimit, BurstLimit),
      }
    })
  const served = new Set(plans.map(({ id }) => id))
  const planIds = links
    .filter(({ UsagePlanId }) => served.has(String(UsagePlanId)))
    .map(({ KeyId, UsagePlanId }) => [String(KeyId), String(UsagePlanId)] as const)
  return { keys, plans, planIds: new Map(planIds) }
}

/** As the log names whose request it was. */
export const teamOf = (value: string, name: string): string => readKey(value)?.team ?? name

function tagsOf(tags: unknown): Record<string, string> {
  const pairs = listOf(tags).map(valuesOf)
  return Object.fromEntries(pairs.map(({ Key, Value }) => [String(Key), textOf(Value) ?? '']))
}

export type Admission =
  | { readonly refusal: Refusal; readonly key?: ApiKey }
  /** `count` is called when nothing else has refused the request. */
  | { readonly key: ApiKey; readonly count: () => void }

/** Says whether a key may pass now. */
export type Admit = (value: string | undefined) => Admission

export function openUsagePlans(
  { keyOf, planOf, watch }: Pick<KeyRegistry, 'keyOf' | 'planOf' | 'watch'>,
  counts: Counts,
  now: () => number,
): Admit {
  const buckets = new Map<string, TokenBucket>()
  watch(countOf)

  /** Counting begins when key and plan are first known: an offset is for that period alone. */
  function countOf(plan: Plan, keyId: string): Count | undefined {
    if (plan.quota === undefined) return undefined
    const name = `${plan.id}/${keyId}`
    const period = periodOf(now(), plan.quota.period)
    const known = counts.get(name)
    if (known?.period === period) return known
    const fresh = { first: known?.first ?? period, period, used: 0 }
    counts.set(name, fresh)
    return fresh
  }

  function bucketOf(plan: Plan, key: ApiKey): TokenBucket | undefined {
    const name = `${plan.id}/${key.id}`
    const bucket = buckets.get(name) ?? (plan.throttle && openBucket(plan.throttle, now))
    if (bucket !== undefined) buckets.set(name, bucket)
    return bucket
  }

  return function admit(value) {
    const key = value === undefined ? undefined : keyOf(value)
    const plan = key === undefined ? undefined : planOf(key.id)
    if (key === undefined || !key.enabled || plan === undefined) {
      return { refusal: refusals.invalidKey }
    }
    if (bucketOf(plan, key)?.() === false) return { refusal: refusals.throttled, key }
    const count = countOf(plan, key.id)
    if (plan.quota === undefined || count === undefined) return { key, count: () => {} }
    const { limit, offset } = plan.quota
    const allowed = count.first === count.period ? limit - offset : limit
    if (count.used >= allowed) return { refusal: refusals.quotaExceeded, key }
    const name = `${plan.id}/${key.id}`
    return {
      key,
      count: () => counts.set(name, { ...count, used: (counts.get(name)?.used ?? 0) + 1 }),
    }
  }
}
