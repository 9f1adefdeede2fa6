/** Reads and writes what people type and read: times, spans of time, and money. */
import { dayMs, openDays } from '../lambda/ledger/local-days.ts'
import { WrongUse } from './problems.ts'

const unitMs = { m: 60_000, h: 3_600_000, d: dayMs, w: 7 * dayMs } as const

/** Ten years: what is longer was not meant, or means for ever. */
const longestMs = 3653 * dayMs

const spanForms = '90m, 24h, 30d or 2w'
const timeForms = `${spanForms}, a day such as 2026-12-31, or 2026-12-31T18:00Z`

/** Milliseconds of `24h`; `undefined` where it is no span. */
function spanOf(text: string): number | undefined {
  const [, count, unit] = /^(\d{1,6})([mhdw])$/.exec(text) ?? []
  if (count === undefined || unit === undefined) return undefined
  return Number(count) * unitMs[unit as keyof typeof unitMs]
}

/** Also `0`. */
export function readSpan(option: string, text: string): number {
  const span = text === '0' ? 0 : spanOf(text)
  if (span === undefined) throw new WrongUse(`${option}: got '${text}', needs ${spanForms}, or 0.`)
  return within(option, text, span)
}

/** A day is meant to its end, in the gateway's time zone. */
export function readTime(option: string, text: string, now: number, timeZone = 'UTC'): number {
  const span = spanOf(text)
  const time = span === undefined ? timeOf(text, timeZone) : now + span
  if (Number.isNaN(time)) throw new WrongUse(`${option}: got '${text}', needs ${timeForms}.`)
  if (time <= now) throw new WrongUse(`${option}: got '${text}', needs a time that is to come.`)
  within(option, text, time - now)
  return time
}

function within(option: string, text: string, span: number): number {
  if (span <= longestMs) return span
  throw new WrongUse(`${option}: got '${text}', needs at most ten years.`)
}

function timeOf(text: string, timeZone: string): number {
  if (/^\d{4}-\d\d-\d\d$/.test(text)) {
    const start = Date.parse(`${text}T00:00:00Z`)
    const real = !Number.isNaN(start) && new Date(start).toISOString().startsWith(text)
    return real ? openDays(timeZone).startOf(start / dayMs + 1) : Number.NaN
  }
  const zoned = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,3})?)?(Z|[+-]\d\d:\d\d)$/.test(text)
  return zoned ? Date.parse(text) : Number.NaN
}

/** Whole millionths of a dollar. */
export function readUsd(option: string, text: string): number {
  const form = /^(\d{1,7})(?:\.(\d{1,6}))?$/.exec(text)
  const [, whole = '', part = ''] = form ?? []
  const microUsd = Number(whole) * 1_000_000 + Number(part.padEnd(6, '0'))
  if (form !== null && microUsd > 0) return microUsd
  throw new WrongUse(`${option}: got '${text}', needs an amount such as 20 or 0.50.`)
}

/** At least cents, and as much more as there is: `20.00`, `0.000432`. */
export function usdText(microUsd: number): string {
  const [whole = '0', part = ''] = (microUsd / 1_000_000).toFixed(6).split('.')
  return `${grouped(Number(whole))}.${part.replace(/0{1,4}$/, '')}`
}

export const grouped = (count: number): string => count.toLocaleString('en-US')

/** To the minute, as people compare it; a script reads `isoOf`. */
export const timeText = (time: number): string =>
  `${new Date(time).toISOString().slice(0, 16).replace('T', ' ')} UTC`

export const isoOf = (time: number): string => new Date(time).toISOString()

/** `1 request`, `2,000 requests`. */
export const countOf = (count: number, noun: string): string =>
  `${grouped(count)} ${noun}${count === 1 ? '' : 's'}`
