/** `keys revoke`: ends a key at once and for good. */
import type { Command } from '../command.ts'
import { confirm, mustBeAsked, yes } from '../confirm.ts'
import { revoke, tidied } from '../end-key.ts'
import { keyWords } from '../key-words.ts'
import { keysOf, requireKey } from '../keys.ts'

export const keysRevoke: Command = {
  name: 'keys revoke',
  operands: [{ name: 'ID', needed: true }],
  summary: 'Ends a key at once, and for good',
  about: [
    'The gateway refuses it within seconds. API Gateway, which knows it too, deletes it; a key ' +
      "that the deployment made is disabled there, since it is the deployment's to delete.",
  ],
  options: { yes },
  examples: ['keys revoke k3v9x2ab', 'keys revoke k3v9x2ab --yes'],
  async run(use) {
    mustBeAsked(use)
    const gateway = await use.deployment()
    const key = requireKey(await keysOf(gateway), use.values.ID ?? '')
    await confirm(use, `${keyWords(key)} stops for good. Do it?`)
    await revoke(gateway, key)
    const text = [`${keyWords(key)} is revoked.`]
    if (key.madeBy === 'deployment') {
      text.push(
        `The deployment made it, so it stays in API Gateway, disabled. To be rid of it, set`,
        `\`key: 'command-line'\` for the team ${key.team}, and deploy.`,
      )
    }
    return {
      json: { id: key.id, team: key.team, revoked: true, deleted: key.madeBy === 'command' },
      text: text.join('\n'),
      warnings: await tidied(gateway),
    }
  },
}
