/** Gives a key a successor, and an end. */
import { attributeOf, type KeyEnd } from '../lambda/ledger/control.ts'
import { isoOf } from './amounts.ts'
import { changeControl } from './control-item.ts'
import type { Deployment } from './deployment.ts'
import { type Issued, issueKey, leftOver, withdraw } from './issue-key.ts'
import { type Key, tagOf } from './keys.ts'
import { openUndo } from './undo.ts'

export type Replacing = {
  readonly old: Key
  /** When the old key stops; `undefined`: at once. */
  readonly stops: number | undefined
  /** Of the successor. */
  readonly expires: number | undefined
}

export async function replaceKey(
  deployment: Deployment,
  { old, stops, expires }: Replacing,
): Promise<Issued> {
  const { keys, store, now } = deployment
  const { team, name, apiKeyId } = old
  const attribute = attributeOf.key(old.id)
  const end: KeyEnd = stops === undefined ? { revoked: now() } : { expires: stops }
  const issued = await issueKey(deployment, { team, name, expires })
  const undo = openUndo()
  try {
    undo.add(() => withdraw(deployment, issued))
    const tags = { [tagOf.expires]: isoOf(stops ?? now()), [tagOf.successor]: issued.key.id }
    undo.add(() => restoreTags(deployment, old))
    await keys.tag(apiKeyId, tags)
    undo.add(() =>
      old.expires === undefined
        ? changeControl(store, { drop: [attribute] })
        : changeControl(store, { set: { [attribute]: { expires: old.expires } } }),
    )
    await changeControl(store, { set: { [attribute]: end } })
    if (stops === undefined) await keys.disable(apiKeyId)
    return issued
  } catch (thrown) {
    throw await undo.failed(thrown, `The key ${old.id} was not rotated.`, leftOver(issued.key.id))
  }
}

async function restoreTags({ keys }: Deployment, { apiKeyId, expires }: Key): Promise<void> {
  await keys.untag(apiKeyId, [tagOf.successor, tagOf.expires])
  if (expires !== undefined) await keys.tag(apiKeyId, { [tagOf.expires]: isoOf(expires) })
}
