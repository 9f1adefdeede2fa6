/** One ledger item: counters by window, and an entry for each call on its way. */
import type { Amounts, Standing } from '../core/ledger.ts'
import { amountIn, type Bucket, finallyIn, isCounter } from './buckets.ts'
import type { Change, Item, Key } from './store.ts'

/** Amounts held for a call that is on its way. */
export type Entry = {
  readonly id: string
  /** Milliseconds since 1970 after which whoever held them is dead. */
  readonly until: number
  readonly amounts: Amounts
  /** The counters they are held in. */
  readonly attributes: readonly string[]
  /**
   * The other account the call is held in, and the slice of it where it may be: `PK SK`. A team's
   * is taken first and settled first; a call is sent only when the organisation's is held too.
   */
  readonly beside?: string
}

const entryPrefix = 'o.'
export const entryName = (id: string): string => entryPrefix + id
export const isEntry = (attribute: string): boolean => attribute.startsWith(entryPrefix)

const entryText = ({ until, amounts, attributes, beside }: Entry): string =>
  JSON.stringify([
    until,
    amounts.requests,
    amounts.tokens,
    amounts.microUsd,
    attributes.join(' '),
    ...(beside === undefined ? [] : [beside]),
  ])

export function entriesOf(item: Item): readonly Entry[] {
  return Object.entries(item).flatMap(([name, text]) => {
    if (!isEntry(name) || typeof text !== 'string') return []
    const [until, requests, tokens, microUsd, attributes, beside] = JSON.parse(text)
    const amounts = { requests, tokens, microUsd }
    const entry = { id: name.slice(entryPrefix.length), until, amounts }
    return [{ ...entry, attributes: attributes.split(' '), ...(beside && { beside }) }]
  })
}

export const counterOf = (item: Item, attribute: string): number => Number(item[attribute] ?? 0)

/** What entries hold of a counter. */
export const heldIn = (entries: readonly Entry[], attribute: string): number =>
  entries
    .filter(({ attributes }) => attributes.includes(attribute))
    .reduce((sum, { amounts }) => sum + amountIn(attribute, amounts), 0)

/** Counters, each by so much as the function says; what would not change is left out. */
export function changes(
  attributes: readonly string[],
  by: (attribute: string) => number,
): Record<string, number> {
  const all = attributes.map((attribute) => [attribute, by(attribute)] as const)
  return Object.fromEntries(all.filter(([, amount]) => amount !== 0))
}

/**
 * The most that counters may have had before, for so much to fit: limits of the same counter share it.
 * What needs nothing of a counter fits, however far over its limit that is.
 */
export function roomFor(
  buckets: readonly Bucket[],
  needed: (attribute: string) => number,
): Record<string, number> {
  const most: Record<string, number> = {}
  for (const { attribute, limit, then } of buckets) {
    if (then !== 'refuse' || needed(attribute) === 0) continue
    most[attribute] = Math.min(most[attribute] ?? Infinity, limit - needed(attribute))
  }
  return most
}

export const ceilings = (buckets: readonly Bucket[], amounts: Amounts): Record<string, number> =>
  roomFor(buckets, (attribute) => amountIn(attribute, amounts))

/** Holds an entry's amounts where every counter stays below its ceiling; once, however often it is tried. */
export const holding = (key: Key, entry: Entry, atMost: Record<string, number>): Change => ({
  key,
  add: changes(entry.attributes, (attribute) => amountIn(attribute, entry.amounts)),
  set: { [entryName(entry.id)]: entryText(entry) },
  only: { absent: [entryName(entry.id)], atMost },
})

/** Puts what it came to in the place of what was held; once. */
export const settling = (
  key: Key,
  { id, amounts, attributes }: Entry,
  actual: Amounts,
): Change => ({
  key,
  add: changes(
    attributes,
    (attribute) => finallyIn(attribute, actual) - amountIn(attribute, amounts),
  ),
  drop: [entryName(id)],
  only: { present: [entryName(id)] },
})

/** How a bucket stands in an item. */
export function standingIn(item: Item, entries: readonly Entry[]) {
  return function standing({ attribute, ...bucket }: Bucket): Standing {
    const reserved = heldIn(entries, attribute)
    return { ...bucket, used: counterOf(item, attribute) - reserved, reserved }
  }
}

export const countersIn = (item: Item): readonly string[] => Object.keys(item).filter(isCounter)
