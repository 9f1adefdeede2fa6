/** A ledger's store in memory, as exact as the table, and with the failures a network has. */
import {
  brisk,
  type Change,
  ConditionFailed,
  type Conditions,
  type Item,
  type Key,
  type Store,
  StoreFailure,
} from '../../lambda/ledger/store.ts'

export type MemoryStore = Store & { readonly items: () => readonly Item[] }

export function memoryStore(): MemoryStore {
  const items = new Map<string, Record<string, string | number>>()
  const nameOf = ({ pk, sk }: Key) => `${pk}\n${sk}`
  return {
    items: () => [...items.values()],
    async update({ key, add = {}, set = {}, drop = [], only }: Change) {
      const numbers = [...Object.values(add), ...Object.values(only?.atMost ?? {})]
      if (!numbers.every(Number.isFinite)) throw new StoreFailure('ValidationException', false)
      const old = items.get(nameOf(key)) ?? {}
      insist(old, only)
      const item: Record<string, string | number> = { ...key, ...old, ...set }
      for (const [name, by] of Object.entries(add)) item[name] = Number(item[name] ?? 0) + by
      for (const name of drop) delete item[name]
      items.set(nameOf(key), item)
      return { ...item }
    },
    async read(key) {
      const item = items.get(nameOf(key))
      return item && { ...item }
    },
    async list(pk, prefix) {
      return [...items.values()]
        .filter((item) => item.pk === pk && String(item.sk).startsWith(prefix))
        .toSorted((one, other) => (String(one.sk) < String(other.sk) ? -1 : 1))
        .map((item) => ({ ...item }))
    },
    async put(item) {
      items.set(nameOf(item), { ...item })
    },
    async putAll(all) {
      const names = new Set(all.map(nameOf))
      const isRefused = all.length === 0 || all.length > 25 || names.size < all.length
      if (isRefused) throw new StoreFailure('ValidationException', false)
      for (const item of all) items.set(nameOf(item), { ...item })
      return []
    },
    async remove(key, _care, only) {
      insist(items.get(nameOf(key)) ?? {}, only)
      items.delete(nameOf(key))
    },
  }
}

function insist(item: Item, only: Conditions = {}): void {
  const { absent = [], present = [], equal = {}, atMost = {} } = only
  const holds =
    absent.every((name) => !(name in item)) &&
    present.every((name) => name in item) &&
    Object.entries(equal).every(([name, value]) => item[name] === value) &&
    Object.entries(atMost).every(([name, most]) =>
      name in item ? Number(item[name]) <= most : most >= 0,
    )
  if (!holds) throw new ConditionFailed('ConditionalCheckFailedException')
}

/** `fails`: not done. `lost`: done, and not told. Either is tried twice, as the real store does. */
export type Trouble = 'fails' | 'fails-twice' | 'lost' | 'lost-twice'

export type Environment = {
  readonly store: Store
  /** The next change meets it. */
  readonly trouble: (kind: Trouble) => void
  /** After so many more changes nothing it asks is done any more, as if it were killed. */
  readonly dieAfter: (changes: number) => void
  readonly dead: () => boolean
}

/** The store as one environment reaches it. */
export function environmentOf(shared: Store): Environment {
  let trouble: { readonly kind: Trouble; tries: number } | undefined
  let left = Infinity
  const alive = () => {
    if (left <= 0) throw new StoreFailure('Killed', false)
  }
  async function update(change: Change, care = brisk): Promise<Item> {
    alive()
    left -= 1
    const met = trouble
    if (met === undefined) return shared.update(change)
    const tries = Math.min(care.tries, 2)
    const inVain = tries <= met.tries
    met.tries -= tries
    if (met.tries <= 0) trouble = undefined
    if (met.kind.startsWith('lost')) await shared.update(change).catch(refusedAnyway)
    if (inVain) throw new StoreFailure('Timeout', true)
    return shared.update(change)
  }
  return {
    store: {
      ...shared,
      update,
      async read(key) {
        alive()
        return shared.read(key)
      },
      async list(pk, prefix) {
        alive()
        return shared.list(pk, prefix)
      },
    },
    trouble(kind) {
      trouble = { kind, tries: kind.endsWith('twice') ? 2 : 1 }
    },
    dieAfter(changes) {
      left = changes
    },
    dead: () => left <= 0,
  }
}

/** What the first try would have told, nobody heard. */
const refusedAnyway = (thrown: unknown) => {
  if (!(thrown instanceof ConditionFailed)) throw thrown
}
