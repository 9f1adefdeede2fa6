/** API keys and the usage plans that throttle and count them. */
import { readKey } from '../../lambda/core/key.ts'
import { listOf, NotServed, numberOf, textOf, valuesOf } from '../template/values.ts'
import type { Find } from './api.ts'
import { type Period, periodOf } from './calendar.ts'
import { type Refusal, refusals } from './refusals.ts'
import { openBucket, readThrottle, type Throttle, type TokenBucket } from './token-bucket.ts'

export type ApiKey = {
  readonly id: string
  readonly value: string
  readonly enabled: boolean
  readonly team: string
}

export type Quota = { readonly limit: number; readonly period: Period; readonly offset: number }

export type Plan = {
  readonly id: string
  readonly quota: Quota | undefined
  readonly throttle: Throttle | undefined
  readonly keyIds: ReadonlySet<string>
}

/** What a key has used in one period; `first` is the period in which it was first known. */
export type Count = { readonly first: string; readonly period: string; readonly used: number }

export type Counts = {
  readonly get: (name: string) => Count | undefined
  readonly set: (name: string, count: Count) => void
}

/** API keys, and those plans that are for this stage. */
export function readPlans(find: Find, apiId: string, stage: string) {
  const keys = find('AWS::ApiGateway::ApiKey').map(function readApiKey({ id, path, properties }) {
    const value = textOf(properties.Value)
    if (value === undefined) {
      throw new NotServed(`${path}: a key without a Value gets one that only AWS knows.`)
    }
    const team = readKey(value)?.team ?? textOf(properties.Name) ?? id
    const enabled = properties.Enabled === true || properties.Enabled === 'true'
    return { id, value, enabled, team }
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
      const keyIds = links.filter((link) => link.UsagePlanId === id).map((link) => link.KeyId)
      return {
        id,
        quota: limit === undefined ? undefined : { limit, period: period as Period, offset },
        throttle: readThrottle(RateLimit, BurstLimit),
        keyIds: new Set(keyIds.map(String)),
      }
    })
  return { keys, plans }
}

export type Admission =
  | { readonly refusal: Refusal; readonly key?: ApiKey }
  /** `count` is called when nothing else has refused the request. */
  | { readonly key: ApiKey; readonly count: () => void }

/** Says whether a key may pass now. */
export type Admit = (value: string | undefined) => Admission

export function openUsagePlans(
  { keys, plans }: { readonly keys: readonly ApiKey[]; readonly plans: readonly Plan[] },
  counts: Counts,
  now: () => number,
): Admit {
  const buckets = new Map<string, TokenBucket>()
  const byValue = new Map(keys.map((key) => [key.value, key]))
  for (const plan of plans) {
    for (const key of plan.keyIds) countOf(plan, key)
  }

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
    const key = value === undefined ? undefined : byValue.get(value)
    const plan = plans.find(({ keyIds }) => key !== undefined && keyIds.has(key.id))
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
