/** `usage`: what teams used today or this month, and what is left of their limits. */
import type { Outlook } from '../../lambda/core/history.ts'
import type { Standing, Used } from '../../lambda/core/ledger.ts'
import { isLimit, remainingOf } from '../../lambda/core/limits.ts'
import { outlooksFrom } from '../../lambda/history/ahead.ts'
import { openHistory } from '../../lambda/history/history.ts'
import { openGate } from '../../lambda/ledger/gate.ts'
import { leastRequests } from '../../lambda/ledger/outlook.ts'
import { countOf, grouped, isoOf, timeText, usdText } from '../amounts.ts'
import type { Command, Option } from '../command.ts'
import { requireTeam } from '../configuration.ts'
import { forecastTable, outlookJson } from '../forecast-words.ts'
import { limitText, measures, per, usdOf } from '../limit-words.ts'
import { WrongUse } from '../problems.ts'
import { table } from '../table.ts'

type TeamUsage = {
  readonly team: string
  readonly used: Used | undefined
  readonly standings: readonly Standing[]
  /** Where only one team is asked about. */
  readonly outlooks: readonly Outlook[]
}

/** Teams that are asked about. */
const mostAtOnce = 8

const period: Option = { value: 'day|month', help: 'since when (default month)' }

export const usage: Command = {
  name: 'usage',
  operands: [{ name: 'TEAM', needed: false }],
  summary: 'Tells what teams used, what it cost, and what is left',
  about: [
    'For one team also by model, how each of its limits stands, and where it will end at the pace so far.',
  ],
  options: { period },
  examples: ['usage', 'usage data --period day'],
  async run({ values, config, deployment }) {
    const { TEAM: team, period: window = 'month' } = values
    if (window !== 'day' && window !== 'month') {
      throw new WrongUse(`--period: got '${window}', needs day or month.`)
    }
    const { teams } = await config()
    if (team !== undefined) requireTeam(await config(), team)
    const { ledger: open, store, now } = await deployment()
    const ledger = open()
    const history = openHistory(store, { now })

    /** Of so few requests nothing can be said, whatever a limit counts. */
    const ahead = async (name: string, standings: readonly Standing[], month: Used | undefined) =>
      month === undefined || month.requests < leastRequests
        ? []
        : outlooksFrom(history, name, standings, now())

    const inTurn = openGate(mostAtOnce)
    const usageOf = (name: string) =>
      inTurn(async (): Promise<TeamUsage> => {
        const windows = await ledger.used(name)
        const used = windows.find((one) => one.window === window)
        const standings = (await ledger.standings(name)).filter(isLimit)
        const month = windows.find((one) => one.window === 'month')
        const outlooks = team === undefined ? [] : await ahead(name, standings, month)
        return { team: name, used, standings, outlooks }
      })
    const names = team === undefined ? Object.keys(teams) : [team]
    const all = await Promise.all(names.map(usageOf))
    const [only] = team === undefined ? [] : all
    return only === undefined
      ? { json: { period: window, teams: all.map(usageJson) }, text: overview(all) }
      : { json: { period: window, ...usageJson(only) }, text: details(only) }
  },
}

const usageJson = ({ team, used, standings, outlooks }: TeamUsage) => ({
  team,
  ...(used !== undefined && {
    name: used.name,
    requests: used.requests,
    tokens: used.tokens,
    cost_usd: usdOf(used.microUsd),
    reserved: {
      requests: used.reserved.requests,
      tokens: used.reserved.tokens,
      cost_usd: usdOf(used.reserved.microUsd),
    },
    models: Object.entries(used.models).map(([model, { tokens, microUsd }]) => ({
      model,
      tokens,
      cost_usd: usdOf(microUsd),
    })),
  }),
  limits: standings.map((standing) => ({
    measure: measures[standing.measure].name,
    per: standing.window,
    key: standing.key ?? null,
    model: standing.model ?? null,
    limit: measures[standing.measure].amount(standing.limit),
    used: measures[standing.measure].amount(standing.used),
    reserved: measures[standing.measure].amount(standing.reserved),
    left: measures[standing.measure].amount(remainingOf(standing)),
    resets: standing.resetsAt === undefined ? null : isoOf(standing.resetsAt),
    then: standing.then,
  })),
  ...(outlooks.length > 0 && { forecast: outlooks.map(outlookJson) }),
})

const numbers = (used: Used | undefined): readonly string[] =>
  used === undefined
    ? ['-', '-', '-']
    : [grouped(used.requests), grouped(used.tokens), usdText(used.microUsd)]

const amountColumns = ['REQUESTS', 'TOKENS', 'USD'].map((head) => ({ head, right: true }))

function overview(all: readonly TeamUsage[]): string {
  const columns = [{ head: 'TEAM' }, ...amountColumns, { head: 'LEAST LEFT' }]
  return table(
    columns,
    all.map(({ team, used, standings }) => [team, ...numbers(used), leastLeft(standings)]),
  )
}

/** Of the limit that is nearest to its end. */
function leastLeft(standings: readonly Standing[]): string {
  const share = (one: Standing) => (one.limit > 0 ? remainingOf(one) / one.limit : 0)
  const [first] = standings.toSorted((one, other) => share(one) - share(other))
  if (first === undefined) return 'no limit'
  const { words } = measures[first.measure]
  return `${words(remainingOf(first))}${per(first)}`
}

function details({ team, used, standings, outlooks }: TeamUsage): string {
  const head =
    used === undefined
      ? `${team} has no limits, so nothing is counted in the ledger.`
      : `${team} in ${used.name}: ${counted(used)}`
  const models = Object.entries(used?.models ?? {})
    .toSorted(([, one], [, other]) => other.microUsd - one.microUsd)
    .map(([model, { tokens, microUsd }]) => [model, grouped(tokens), usdText(microUsd)])
  const byModel = [{ head: 'MODEL' }, ...amountColumns.slice(1)]
  const limits = standings.map((one) => {
    const { words } = measures[one.measure]
    const resets = one.resetsAt === undefined ? '-' : timeText(one.resetsAt).replace(' UTC', '')
    return [limitText(one), words(remainingOf(one)), resets, one.then]
  })
  const byLimit = ['LIMIT', 'LEFT', 'BEGINS ANEW (UTC)', 'THEN'].map((each) => ({ head: each }))
  return [
    head,
    ...(models.length > 0 ? ['', table(byModel, models)] : []),
    ...(limits.length > 0 ? ['', table(byLimit, limits)] : []),
    ...(outlooks.length > 0 ? ['', forecastTable(outlooks)] : []),
  ].join('\n')
}

function counted({ requests, tokens, microUsd, reserved }: Used): string {
  const { requests: waiting } = reserved
  const done = `${countOf(requests, 'request')}, ${countOf(tokens, 'token')}, ${usdText(microUsd)} USD`
  return waiting > 0 ? `${done}; ${grouped(waiting)} on their way` : done
}
