/** Warns once a window when 80 and when 100 % of a limit are used, whoever of many environments sees it. */
import type { Standing } from '../core/ledger.ts'
import { isLimit } from '../core/limits.ts'
import { entriesOf, standingIn } from './account.ts'
import type { Bucket } from './buckets.ts'
import { ignoringRefusal } from './slices.ts'
import type { Item, Store } from './store.ts'
import { type Total, totalOf } from './total.ts'

/** A slice does not know what the whole account used; that is looked at so often. */
const lookEveryMs = 10_000
const lines = [80, 100] as const

/** In the main item: `q.tdg16.80`. */
export const warnedPrefix = 'q.'

/** A minute is over before anyone could do something about it. */
const isWarned = (bucket: Bucket): boolean =>
  isLimit(bucket) && bucket.window !== 'minute' && bucket.window !== 'now'

export type Warnings = {
  /** `item` is the main item as a settlement left it; absent where a slice was settled. */
  readonly look: (buckets: readonly Bucket[], item: Item | undefined) => Promise<void>
}

export function openWarnings(
  store: Store,
  pk: string,
  now: () => number,
  tell: (percent: (typeof lines)[number], standing: Standing) => void,
): Warnings {
  let lookedAt = -Infinity

  /** All environments together look at most once in so long. */
  async function isDue(): Promise<boolean> {
    if (now() - lookedAt < lookEveryMs) return false
    lookedAt = now()
    const key = { pk, sk: 'now' }
    const most = now() - lookEveryMs
    if (Number((await store.read(key))?.lookedAt ?? 0) > most) return false
    const claim = { key, set: { lookedAt }, only: { atMost: { lookedAt: most } } }
    return ignoringRefusal(store.update(claim))
  }

  async function warn(standing: Standing, attribute: string, known: Item): Promise<void> {
    for (const percent of lines) {
      const mark = `${warnedPrefix}${attribute}.${percent}`
      if (mark in known || standing.used < (standing.limit * percent) / 100) continue
      const marking = store.update({
        key: { pk, sk: 'now' },
        set: { [mark]: now() },
        only: { absent: [mark] },
      })
      if (await ignoringRefusal(marking)) tell(percent, standing)
    }
  }

  return {
    async look(buckets, item) {
      if (item === undefined && !(await isDue())) return
      const total: Total =
        item === undefined ? await totalOf(store, pk) : { item, entries: entriesOf(item) }
      const standing = standingIn(total.item, total.entries)
      for (const bucket of buckets.filter(isWarned)) {
        await warn(standing(bucket), bucket.attribute, total.item)
      }
    },
  }
}
