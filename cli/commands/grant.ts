/** `grant`: more money for a team, for a while, and the trail of who gave it. */
import { randomBytes } from 'node:crypto'
import type { PlanLimit } from '../../lambda/core/config.ts'
import { attributeOf, type Grant } from '../../lambda/ledger/control.ts'
import { isoOf, readTime, readUsd, timeText, usdText } from '../amounts.ts'
import type { Command, Report, Use } from '../command.ts'
import { planOf, requireTeam } from '../configuration.ts'
import { changeControl, controlOf } from '../control-item.ts'
import { readTrail, type Trail, trailKey } from '../grant-trail.ts'
import type { Io } from '../io.ts'
import { readReason } from '../names.ts'
import { Failure, WrongUse } from '../problems.ts'
import { table } from '../table.ts'
import { openUndo } from '../undo.ts'

export const grant: Command = {
  name: 'grant',
  operands: [{ name: 'TEAM', needed: true }],
  summary: 'Raises the money limits of a team for a while, and keeps the trail',
  about: [
    'Every limit in USD of the team is higher by the amount until then. Who gave it, when and ' +
      'why is kept, and shown by --list.',
  ],
  options: {
    usd: { value: 'AMOUNT', help: 'how much, such as 20 or 0.50' },
    until: {
      value: 'WHEN',
      help: 'when it ends: 12h, 7d, or 2026-12-31 for the end of that day',
    },
    reason: { value: 'TEXT', help: 'why, for whoever reads the trail' },
    list: { help: 'show what was granted, and change nothing' },
  },
  examples: [
    'grant data --usd 20 --until 2026-12-31 --reason "month-end reports"',
    'grant data --list',
  ],
  run: (use) => (use.flags.has('list') ? listed(use) : granted(use)),
}

/** Grants that are over and forgotten by one update, which takes 4 kB of words. */
const mostAtOnce = 100

async function granted({ values, io, config, deployment }: Use): Promise<Report> {
  const { TEAM: team = '', usd, until, reason } = values
  if (usd === undefined || until === undefined || reason === undefined) {
    throw new WrongUse('A grant needs --usd, --until and --reason; --list shows those there are.')
  }
  const checked = await config()
  const { name: plan, plan: terms } = planOf(checked, team)
  const limits = (terms.limits ?? []).filter((limit) => 'usd' in limit)
  const from = io.now()
  const given: Grant = {
    id: randomBytes(4).toString('hex'),
    microUsd: readUsd('--usd', usd),
    from,
    until: readTime('--until', until, from, checked.timeZone),
    reason: readReason(reason),
  }
  if (limits.length === 0) {
    throw new Failure(
      `The plan ${plan} of ${team} has no limit in USD, so there is none to raise; ` +
        '`limits` of a plan are in docs/configuring.md.',
    )
  }
  const { store } = await deployment()
  const over = [...(await controlOf(store)).grants].flatMap(([owner, grants]) =>
    grants.filter((each) => each.until <= from).map(({ id }) => attributeOf.grant(owner, id)),
  )
  const trail: Trail = { ...given, team, by: whoIs(io, values.profile) }
  const undo = openUndo()
  try {
    /** A trail of what never was is mended sooner than money without a trail. */
    undo.add(() => store.remove(trailKey(trail)))
    await store.put({ ...trailKey(trail), ...trail })
    const set = { [attributeOf.grant(team, given.id)]: given }
    await changeControl(store, { set, drop: over.slice(0, mostAtOnce) })
  } catch (thrown) {
    throw await undo.failed(thrown, 'Nothing was granted.', 'The trail tells of it all the same.')
  }
  const lines = limits.map((limit) => `  ${limitLine(limit, given.microUsd)}`)
  return {
    json: trailJson(trail, from),
    text: [`Until ${timeText(given.until)}, ${team} may spend`, ...lines].join('\n'),
  }
}

function whoIs({ user, environment }: Io, profile = environment.AWS_PROFILE): string {
  return profile === undefined ? user : `${user}, profile ${profile}`
}

function limitLine(limit: PlanLimit, microUsd: number): string {
  const usd = 'usd' in limit ? limit.usd * 1_000_000 : 0
  const each = limit.each === undefined || limit.each === 'team' ? '' : ` with each ${limit.each}`
  const on = limit.model === undefined ? each : `${each} on ${limit.model}`
  return `${usdText(usd + microUsd)} USD a ${limit.per}${on}, instead of ${usdText(usd)}`
}

async function listed({ values, io, config, deployment }: Use): Promise<Report> {
  const { TEAM: team = '', ...others } = values
  const extra = ['usd', 'until', 'reason'].find((name) => others[name] !== undefined)
  if (extra !== undefined)
    throw new WrongUse(`--list grants nothing; --${extra} does not go with it.`)
  requireTeam(await config(), team)
  const { store } = await deployment()
  const trails = await readTrail(store, team)
  const now = io.now()
  const heads = ['USD', 'FROM (UTC)', 'UNTIL (UTC)', 'BY', 'REASON']
  const rows = trails.map(({ microUsd, from, until, by, reason }) => [
    usdText(microUsd),
    timeText(from).replace(' UTC', ''),
    timeText(until).replace(' UTC', ''),
    by,
    reason,
  ])
  const columns = heads.map((head) => ({ head, right: head === 'USD' }))
  return {
    json: { grants: trails.map((trail) => trailJson(trail, now)) },
    text: rows.length === 0 ? `Nothing was ever granted to ${team}.` : table(columns, rows),
  }
}

const trailJson = ({ id, team, microUsd, from, until, reason, by }: Trail, now: number) => ({
  id,
  team,
  usd: microUsd / 1_000_000,
  from: isoOf(from),
  until: isoOf(until),
  holds: until > now,
  reason,
  by,
})
