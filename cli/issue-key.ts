/** Makes a key and puts it on its team's plan; what fails half-way is taken back. */
import { randomInt } from 'node:crypto'
import { keyIdLength } from '../lambda/core/key.ts'
import { attributeOf } from '../lambda/ledger/control.ts'
import { makeSecret } from '../lambda/team-key.ts'
import { isoOf } from './amounts.ts'
import { planOf } from './configuration.ts'
import { changeControl } from './control-item.ts'
import type { Deployment } from './deployment.ts'
import { type Key, tagOf } from './keys.ts'
import { Failure } from './problems.ts'
import { openUndo } from './undo.ts'

export type Wish = {
  readonly team: string
  readonly name: string | undefined
  readonly expires: number | undefined
}

export type Issued = { readonly key: Key; readonly value: string; readonly plan: string }

const letters = 'abcdefghijklmnopqrstuvwxyz0123456789'

/** It begins with a letter above f, which the id of no deployment's key does: those are hexadecimal. */
export function makeKeyId(): string {
  const rest = Array.from({ length: keyIdLength - 1 }, () => letters[randomInt(36)])
  return `${letters[randomInt(6, 26)]}${rest.join('')}`
}

export async function issueKey(deployment: Deployment, wish: Wish): Promise<Issued> {
  const { team, name, expires } = wish
  const { stack, config, keys, store, now } = deployment
  const { name: plan } = planOf(config, team)
  const planId = (await keys.plans()).get(plan)
  if (planId === undefined) {
    throw new Failure(
      `The plan ${plan} is in the configuration, but not in the stack ${stack}: deploy it first.`,
    )
  }
  const id = makeKeyId()
  const value = `${team}${id}${makeSecret()}`
  const issued = now()
  const undo = openUndo()
  try {
    /** Its end is known before it is, so that it never works without one. */
    if (expires !== undefined) {
      undo.add(() => changeControl(store, { drop: [attributeOf.key(id)] }))
      await changeControl(store, { set: { [attributeOf.key(id)]: { expires } } })
    }
    undo.add(() => removeById(deployment, id))
    const apiKeyId = await keys.create({
      name: `${stack}-${team}-${name ?? id}`,
      value,
      description: `Key ${id} of the team ${team}.`,
      tags: {
        [tagOf.stack]: stack,
        [tagOf.team]: team,
        [tagOf.id]: id,
        [tagOf.issued]: isoOf(issued),
        ...(name !== undefined && { [tagOf.name]: name }),
        ...(expires !== undefined && { [tagOf.expires]: isoOf(expires) }),
      },
    })
    await keys.attach(apiKeyId, planId)
    const known = { apiKeyId, id, team, name, issued, expires, madeBy: 'command' } as const
    const key = { ...known, enabled: true, revoked: undefined, successor: undefined }
    return { key, value, plan }
  } catch (thrown) {
    throw await undo.failed(thrown, 'No key was issued.', leftOver(id))
  }
}

/** The answer that told API Gateway's id may have been lost, so the key is looked for. */
async function removeById({ keys }: Deployment, id: string): Promise<void> {
  const made = (await keys.keys()).filter(({ tags }) => tags[tagOf.id] === id)
  for (const { apiKeyId } of made) await keys.remove(apiKeyId)
}

/** Takes back a key that nobody has been told of. */
export async function withdraw({ keys, store }: Deployment, { key }: Issued): Promise<void> {
  await keys.remove(key.apiKeyId)
  await changeControl(store, { drop: [attributeOf.key(key.id)] })
}

export const leftOver = (id: string): string =>
  `What was made of the key ${id} could not be taken back either: \`tollgate keys revoke ${id}\`.`
