/** Says one line of the log in words, for a terminal. */
import { styleText } from 'node:util'
import { type Access, type Entry, type Line, type Recorded, teamOf } from './lines.ts'

type Style = Parameters<typeof styleText>[0]

/** What is said, and how it looks where there are colours. */
type Part = readonly [text: string, style?: Style]

/** Teams stand in a column, as wide as the widest so far. */
export function openWords(colours: boolean): (line: Line, entry: Entry) => string {
  let width = 1
  const shown = ([text, style]: Part): string => {
    const plain = text.replaceAll(/\p{C}/gu, '?')
    return colours && style !== undefined
      ? styleText(style, plain, { validateStream: false })
      : plain
  }
  return function words(line, { at }) {
    const team = teamOf(line) ?? '-'
    width = Math.max(width, team.length)
    const time = new Date(at).toISOString().slice(11, 19)
    const head: readonly Part[] = [
      [time, 'dim'],
      [team.padEnd(width), 'cyan'],
    ]
    return [...head, ...partsOf(line)].map(shown).join('  ')
  }
}

function partsOf(line: Line): readonly Part[] {
  switch (line.type) {
    case 'request':
      return requestParts(line.recorded)
    case 'event':
      return eventParts(line.recorded)
    case 'refused':
      return refusedParts(line.access)
    case 'trouble':
      return [[line.message, 'red']]
  }
}

function requestParts(of: Recorded): readonly Part[] {
  const { status, outcome = '-', model, route = '-', attempts, decision } = of
  const told = (value: string | undefined, words: string): readonly Part[] =>
    value === undefined ? [] : [[`${words} ${value}`]]
  return [
    [`${status ?? '-'} ${outcome}`, styleOf(status, outcome)],
    [model ?? route],
    ...tokens(of),
    ...money(of),
    ...told(msText(of.FirstTokenMs), 'first token'),
    ...(of.DurationMs === undefined ? [] : [[msText(of.DurationMs) ?? ''] as const]),
    ...told(of.cache, 'cache'),
    ...(attempts === undefined ? [] : [trail(attempts)]),
    ...told(of.param, 'param'),
    ...told(of.guard, 'guard'),
    ...told(of.upstreamError, 'upstream'),
    ...told(of.fault, 'fault'),
    ...(decision === undefined ? [] : [[`decision ${decision}`, 'yellow'] as const]),
  ]
}

function tokens({ InputTokens, OutputTokens = 0, CacheReadTokens = 0 }: Recorded): readonly Part[] {
  if (InputTokens === undefined) return []
  const cached = CacheReadTokens > 0 ? ` (and ${CacheReadTokens} cached)` : ''
  return [[`${InputTokens}+${OutputTokens} tokens${cached}`]]
}

const money = ({ CostMicroUsd }: Recorded): readonly Part[] =>
  CostMicroUsd === undefined ? [] : [[`${dollars(CostMicroUsd)} USD`]]

/** To the billionth, as `x-tollgate-cost-usd` has it. */
const dollars = (microUsd: number): string =>
  (microUsd / 1_000_000).toFixed(9).replace(/\.?0+$/, '')

const msText = (ms: number | undefined): string | undefined =>
  ms === undefined ? undefined : `${Math.round(ms)} ms`

const trail = (attempts: string): Part => [attempts, attempts.includes(',') ? 'yellow' : 'dim']

function styleOf(status = 0, outcome = ''): Style {
  if (status >= 500) return 'red'
  return status < 400 && outcome === 'ok' ? 'green' : 'yellow'
}

const eventParts = ({ event = '-', limit }: Recorded): readonly Part[] => [
  [event, 'magenta'],
  ...(limit === undefined ? [] : [[limit] as const]),
]

function refusedParts({ method = '', route, path, status = '-', refusal = '', latencyMs }: Access) {
  const parts: readonly Part[] = [
    [`${status} ${refusal}`, styleOf(Number(status))],
    [`${method} ${route ?? path ?? ''}`.trim()],
    ...(latencyMs === undefined ? [] : [[`${Math.round(Number(latencyMs))} ms`] as const]),
    ['refused by API Gateway', 'dim'],
  ]
  return parts
}
