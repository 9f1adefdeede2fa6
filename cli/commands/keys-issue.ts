/** `keys issue`: makes a key of a team and prints it, once. */
import { readTime } from '../amounts.ts'
import type { Command } from '../command.ts'
import { requireTeam } from '../configuration.ts'
import { tidied } from '../end-key.ts'
import { issueKey } from '../issue-key.ts'
import { issuedReport } from '../key-words.ts'
import { readKeyName } from '../names.ts'

export const keysIssue: Command = {
  name: 'keys issue',
  operands: [{ name: 'TEAM', needed: true }],
  summary: 'Makes a key of a team and prints it, once',
  about: [
    'The key goes to standard output and nowhere else; it cannot be shown again. It counts ' +
      "against its team's plan and limits, as all keys of the team do.",
  ],
  options: {
    name: { value: 'NAME', help: 'what it is for, such as batch; shown in lists' },
    expires: {
      value: 'WHEN',
      help: 'when it stops: 12h, 30d, 2w, or 2026-12-31 for the end of that day (default: never)',
    },
  },
  examples: ['keys issue data', 'keys issue data --name batch --expires 30d'],
  async run({ values, io, config, deployment }) {
    const { TEAM: team = '', expires: when } = values
    const name = readKeyName(values.name)
    const checked = await config()
    requireTeam(checked, team)
    const expires =
      when === undefined ? undefined : readTime('--expires', when, io.now(), checked.timeZone)
    const gateway = await deployment()
    const issued = await issueKey(gateway, { team, name, expires })
    return { ...issuedReport(issued, io.now()), warnings: await tidied(gateway) }
  },
}
