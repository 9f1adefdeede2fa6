/** What a team used today and this month, limits or not. */
import { type Amounts, noAmounts, type Used } from '../core/ledger.ts'
import { counterOf } from './account.ts'
import type { Calendar } from './calendar.ts'
import type { Total } from './total.ts'

export function usedIn({ item, entries }: Total, calendar: Calendar, now: number): Used[] {
  return (['day', 'month'] as const).map((window): Used => {
    const { id, name } = calendar.windowAt(window, now)
    const reserved = entries
      .filter(({ attributes }) => attributes.includes(`t${id}`))
      .reduce((sum, { amounts }) => plus(sum, amounts), noAmounts)
    return {
      window,
      name,
      requests: counterOf(item, `r${id}`) - reserved.requests,
      tokens: counterOf(item, `t${id}`) - reserved.tokens,
      microUsd: counterOf(item, `u${id}`) - reserved.microUsd,
      reserved,
      models: modelsIn(item, id),
    }
  })
}

const plus = (one: Amounts, other: Amounts): Amounts => ({
  requests: one.requests + other.requests,
  tokens: one.tokens + other.tokens,
  microUsd: one.microUsd + other.microUsd,
})

/** With what is reserved for them: counters of models are many, and this is for reading. */
function modelsIn(item: Total['item'], id: string): Used['models'] {
  const prefix = `t${id}.m`
  const names = Object.keys(item).filter((name) => name.startsWith(prefix))
  return Object.fromEntries(
    names.map((name) => {
      const model = name.slice(prefix.length)
      return [
        model,
        { tokens: counterOf(item, name), microUsd: counterOf(item, `u${id}.m${model}`) },
      ]
    }),
  )
}
