/** The keys and plans that are served: those of the template, and what was done to keys since. */

import type { ApiKey, Plan } from './usage-plans.ts'

/** What was done to keys, by their ids; `null`: deleted. */
export type KeyChanges = {
  readonly keys: Readonly<Record<string, ApiKey | null>>
  /** The plan a key is on now; `null`: on none. */
  readonly planIds: Readonly<Record<string, string | null>>
}

export type KeptChanges = {
  readonly get: () => KeyChanges
  readonly setKey: (id: string, key: ApiKey | null) => void
  readonly setPlanId: (keyId: string, planId: string | null) => void
}

export type KeyRegistry = {
  readonly plans: readonly Plan[]
  readonly keys: () => readonly ApiKey[]
  readonly keyOf: (value: string) => ApiKey | undefined
  readonly keyById: (id: string) => ApiKey | undefined
  readonly planOf: (keyId: string) => Plan | undefined
  /** Makes it, or puts it in place of the one with its id. */
  readonly put: (key: ApiKey) => void
  readonly remove: (id: string) => void
  /** A key is on one plan of a stage at most, and there is one stage. */
  readonly attach: (keyId: string, planId: string) => void
  readonly detach: (keyId: string) => void
  /** Told of every key that is on a plan, and of those that come. */
  readonly watch: (attached: (plan: Plan, keyId: string) => void) => void
}

export type Made = {
  readonly keys: readonly ApiKey[]
  readonly plans: readonly Plan[]
  /** Plans by the ids of their keys. */
  readonly planIds: ReadonlyMap<string, string>
}

export function openKeyRegistry(
  { keys: made, plans, planIds }: Made,
  kept: KeptChanges,
): KeyRegistry {
  const byId = new Map(made.map((key) => [key.id, key]))
  const onPlan = new Map(planIds)
  const changes = kept.get()
  for (const [id, key] of Object.entries(changes.keys)) {
    if (key === null) byId.delete(id)
    else byId.set(id, { ...key, value: byId.get(id)?.value ?? key.value })
  }
  for (const [keyId, planId] of Object.entries(changes.planIds)) {
    if (planId === null) onPlan.delete(keyId)
    else onPlan.set(keyId, planId)
  }
  const byValue = new Map([...byId.values()].map((key) => [key.value, key]))
  const planById = new Map(plans.map((plan) => [plan.id, plan]))
  const watching: ((plan: Plan, keyId: string) => void)[] = []

  const planOf = (keyId: string): Plan | undefined => planById.get(onPlan.get(keyId) ?? '')

  return {
    plans,
    keys: () => [...byId.values()],
    keyOf: (value) => byValue.get(value),
    keyById: (id) => byId.get(id),
    planOf,
    put(key) {
      byId.set(key.id, key)
      byValue.set(key.value, key)
      kept.setKey(key.id, key)
    },
    remove(id) {
      byValue.delete(byId.get(id)?.value ?? '')
      byId.delete(id)
      onPlan.delete(id)
      kept.setKey(id, null)
      kept.setPlanId(id, null)
    },
    attach(keyId, planId) {
      onPlan.set(keyId, planId)
      kept.setPlanId(keyId, planId)
      const plan = planById.get(planId)
      if (plan !== undefined) for (const attached of watching) attached(plan, keyId)
    },
    detach(keyId) {
      onPlan.delete(keyId)
      kept.setPlanId(keyId, null)
    },
    watch(attached) {
      watching.push(attached)
      for (const keyId of onPlan.keys()) {
        const plan = planOf(keyId)
        if (plan !== undefined) attached(plan, keyId)
      }
    },
  }
}
