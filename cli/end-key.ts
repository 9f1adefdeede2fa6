/** Ends keys for good, and sees to those that have ended by themselves. */
import { attributeOf, hasEnded, type KeyEnd } from '../lambda/ledger/control.ts'
import { dayMs } from '../lambda/ledger/local-days.ts'
import { changeControl, controlOf } from './control-item.ts'
import type { Deployment } from './deployment.ts'
import { asProblem } from './failures.ts'
import { type Key, keysOf } from './keys.ts'

/** API Gateway takes a minute or so to forget a key; the gateway itself remembers a day. */
const rememberedMs = dayMs

/** An update takes 4 kB of words; what is left waits for the next one. */
const mostAtOnce = 100

/** The gateway refuses it first; a deployment's key is CloudFormation's to delete. */
export async function revoke({ keys, store, now }: Deployment, key: Key): Promise<void> {
  await changeControl(store, { set: { [attributeOf.key(key.id)]: { revoked: now() } } })
  await keys.disable(key.apiKeyId)
  if (key.madeBy === 'command') await keys.remove(key.apiKeyId)
}

/**
 * API Gateway knows no expiry: whoever changes keys disables those that have ended. What the gateway
 * had to remember of them it forgets a day after, where API Gateway was told before.
 */
async function tidy(deployment: Deployment): Promise<void> {
  const { keys, store, now } = deployment
  const at = now()
  const known = await keysOf(deployment)
  const late = known.filter((key) => key.enabled && hasEnded(endOf(key), at))
  for (const { apiKeyId } of late) await keys.disable(apiKeyId)
  const isOld = ([id, end]: readonly [string, KeyEnd]): boolean => {
    const ended = end.revoked ?? end.expires ?? at
    if (late.some((key) => key.id === id)) return false
    return ended < at - rememberedMs || known.some((key) => key.id === id && key.issued > ended)
  }
  const old = [...(await controlOf(store)).keys].filter(isOld).slice(0, mostAtOnce)
  await changeControl(store, { drop: old.map(([id]) => attributeOf.key(id)) })
}

const endOf = ({ expires, revoked }: Key): KeyEnd => ({
  ...(expires !== undefined && { expires }),
  ...(revoked !== undefined && { revoked }),
})

/** What was asked for is done by then, so a failure is only told. */
export async function tidied(deployment: Deployment): Promise<readonly string[]> {
  try {
    await tidy(deployment)
    return []
  } catch (thrown) {
    return [`Keys that have ended could not be looked after: ${asProblem(thrown).message}`]
  }
}
