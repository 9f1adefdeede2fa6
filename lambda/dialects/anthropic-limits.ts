/** Says the limits that bind first in Anthropic's own headers. */
import type { BindingLimits } from '../core/dialect.ts'
import type { Standing } from '../core/ledger.ts'
import { remainingOf } from '../core/limits.ts'
import { momentOf } from '../core/units.ts'

export const anthropicLimits = ({ requests, tokens }: BindingLimits): Record<string, string> => ({
  ...said('requests', requests),
  ...said('tokens', tokens),
})

/** Anthropic, "Rate limits: response headers": the reset is a moment of RFC 3339. */
function said(of: string, bucket: Standing | undefined): Record<string, string> {
  if (bucket === undefined) return {}
  const { limit, resetsAt } = bucket
  const name = `anthropic-ratelimit-${of}`
  return {
    [`${name}-limit`]: String(limit),
    [`${name}-remaining`]: String(remainingOf(bucket)),
    ...(resetsAt !== undefined && { [`${name}-reset`]: momentOf(resetsAt) }),
  }
}
