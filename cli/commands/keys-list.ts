/** `keys list`: the keys there are, without their values. */
import { timeText } from '../amounts.ts'
import type { Command } from '../command.ts'
import { requireTeam } from '../configuration.ts'
import type { Deployment } from '../deployment.ts'
import { keyJson } from '../key-words.ts'
import { type Key, keysOf, stateOf } from '../keys.ts'
import { table } from '../table.ts'

const columns = ['ID', 'TEAM', 'NAME', 'PLAN', 'STATE', 'ISSUED (UTC)', 'EXPIRES (UTC)']

type Listed = { readonly key: Key; readonly plan: string | undefined }

export const keysList: Command = {
  name: 'keys list',
  operands: [{ name: 'TEAM', needed: false }],
  summary: 'Lists keys: whose, since when, until when; never the keys themselves',
  about: [
    "A key's id is part of it, and stands in every line of the log. STATE is works, expired, " +
      'revoked or disabled.',
  ],
  options: {},
  examples: ['keys list', 'keys list data'],
  async run({ values, io, config, deployment }) {
    const { TEAM: team } = values
    const checked = await config()
    if (team !== undefined) requireTeam(checked, team)
    const gateway = await deployment()
    const plans = await plansOf(gateway)
    const listed = (await keysOf(gateway))
      .filter((key) => team === undefined || key.team === team)
      .map((key): Listed => ({ key, plan: plans.get(key.apiKeyId) }))
    const now = io.now()
    const json = listed.map(({ key, plan }) => ({ ...keyJson(key, now), plan: plan ?? null }))
    const moved = listed.filter(
      ({ key, plan }) => plan !== checked.teams[key.team]?.plan && stateOf(key, now) === 'works',
    )
    return {
      json: { keys: json },
      text: listed.length === 0 ? 'There are no keys.' : rowsOf(listed, now),
      ...(moved.length > 0 && {
        aside: moved.map((each) => movedLine(each, checked.teams)).join('\n'),
      }),
    }
  },
}

const rowsOf = (listed: readonly Listed[], now: number): string =>
  table(
    columns.map((head) => ({ head })),
    listed.map(({ key, plan }) => [
      key.id,
      key.team,
      key.name ?? '-',
      plan ?? '-',
      stateOf(key, now),
      minuteOf(key.issued),
      key.expires === undefined ? '-' : minuteOf(key.expires),
    ]),
  )

const minuteOf = (time: number): string => timeText(time).replace(' UTC', '')

/** Plans by API Gateway's ids of their keys. */
async function plansOf({ keys }: Deployment): Promise<ReadonlyMap<string, string>> {
  const plans = new Map<string, string>()
  for (const [name, id] of await keys.plans()) {
    for (const apiKeyId of await keys.keysOf(id)) plans.set(apiKeyId, name)
  }
  return plans
}

function movedLine(
  { key, plan }: Listed,
  teams: Readonly<Record<string, { readonly plan: string }>>,
): string {
  const meant = teams[key.team]?.plan
  const on = plan === undefined ? 'on no plan, so nobody can use it' : `on the plan ${plan}`
  const advice =
    meant === undefined
      ? `the configuration has no team ${key.team}: revoke it`
      : `its team's plan is ${meant}: rotate it`
  return `Key ${key.id} is ${on}; ${advice}.`
}
