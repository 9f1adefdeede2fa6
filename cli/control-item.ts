/** Reads and changes the control item, which the gateway reads every few seconds. */
import { type Control, controlKey, readControl } from '../lambda/ledger/control.ts'
import type { Store } from '../lambda/ledger/store.ts'

export const controlOf = async (store: Store): Promise<Control> =>
  readControl((await store.read(controlKey)) ?? {})

type Changes = {
  readonly set?: Readonly<Record<string, object>>
  readonly drop?: readonly string[]
}

/** By attribute; the others stay as they are, whoever changes them at the same time. */
export async function changeControl(store: Store, { set = {}, drop = [] }: Changes): Promise<void> {
  const entries = Object.entries(set).map(([name, value]) => [name, JSON.stringify(value)] as const)
  if (entries.length === 0 && drop.length === 0) return
  await store.update({ key: controlKey, set: Object.fromEntries(entries), drop })
}
