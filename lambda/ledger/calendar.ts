/** The calendar windows that limits are counted in: minutes of UTC, and days, weeks and months of a time zone. */
import type { Window } from '../core/config.ts'
import { type Days, dayMs, openDays, utcDays } from './local-days.ts'

export type CalendarWindow = {
  /** A letter and a base-36 number: `d` and the days since 1970-01-01, for instance. */
  readonly id: string
  /** `2026-11-21T13:05`, `2026-11-21`, `2026-W47` or `2026-11`. */
  readonly name: string
  /** Milliseconds since 1970, as all times here; a window ends where the next one starts. */
  readonly startsAt: number
  readonly endsAt: number
}

export type Calendar = {
  readonly windowAt: (window: Window, at: number) => CalendarWindow
  /** `NaN` for what is no id of a window; so is `endsAt`. */
  readonly startOf: (id: string) => number
  readonly endsAt: (id: string) => number
  /** What is no id of a window is its own name. */
  readonly nameOf: (id: string) => string
}

/** Windows of one kind, each by its number since 1970-01-01, a Thursday. */
type Kind = {
  readonly letter: string
  readonly longestMs: number
  readonly numberAt: (at: number, days: Days) => number
  readonly startOf: (number: number, days: Days) => number
  readonly name: (number: number) => string
}

const minuteMs = 60_000

const kinds: Readonly<Record<Window, Kind>> = {
  minute: {
    letter: 'n',
    longestMs: minuteMs,
    numberAt: (at) => Math.floor(at / minuteMs),
    startOf: (minute) => minute * minuteMs,
    name: (minute) => new Date(minute * minuteMs).toISOString().slice(0, 16),
  },
  day: {
    letter: 'd',
    longestMs: dayMs,
    numberAt: (at, days) => days.dayAt(at),
    startOf: (day, days) => days.startOf(day),
    name: dateOf,
  },
  week: {
    letter: 'w',
    longestMs: 7 * dayMs,
    numberAt: (at, days) => Math.floor((days.dayAt(at) + 3) / 7),
    startOf: (week, days) => days.startOf(week * 7 - 3),
    name: weekName,
  },
  month: {
    letter: 'm',
    longestMs: 31 * dayMs,
    numberAt: (at, days) => {
      const date = new Date(days.dayAt(at) * dayMs)
      return (date.getUTCFullYear() - 1970) * 12 + date.getUTCMonth()
    },
    startOf: (month, days) => days.startOf(firstDayOf(month)),
    name: (month) => dateOf(firstDayOf(month)).slice(0, 7),
  },
}

const kindOfLetter = new Map(Object.values(kinds).map((kind) => [kind.letter, kind]))

function dateOf(day: number): string {
  return new Date(day * dayMs).toISOString().slice(0, 10)
}

function firstDayOf(month: number): number {
  return Date.UTC(1970, month, 1) / dayMs
}

/** ISO 8601: a week belongs to the year of its Thursday. */
function weekName(week: number): string {
  const thursday = week * 7
  const year = new Date(thursday * dayMs).getUTCFullYear()
  const number = Math.floor((thursday - Date.UTC(year, 0, 1) / dayMs) / 7) + 1
  return `${year}-W${String(number).padStart(2, '0')}`
}

/** A `Date` reaches a little further than this. */
const latest = 8e15

function readId(id: string): { readonly kind: Kind; readonly number: number } | undefined {
  const kind = kindOfLetter.get(id.charAt(0))
  if (kind === undefined || !/^.-?[0-9a-z]+$/.test(id)) return undefined
  const number = Number.parseInt(id.slice(1), 36)
  return Math.abs(number * kind.longestMs) < latest ? { kind, number } : undefined
}

export function openCalendar(timeZone: string): Calendar {
  const days = timeZone === 'UTC' ? utcDays : openDays(timeZone)
  const current = new Map<Window, CalendarWindow>()

  function windowAt(window: Window, at: number): CalendarWindow {
    const last = current.get(window)
    if (last !== undefined && last.startsAt <= at && at < last.endsAt) return last
    const kind = kinds[window]
    const number = kind.numberAt(at, days)
    const next = {
      id: kind.letter + number.toString(36),
      name: kind.name(number),
      startsAt: kind.startOf(number, days),
      endsAt: kind.startOf(number + 1, days),
    }
    current.set(window, next)
    return next
  }

  function boundary(id: string, windowsOn: number): number {
    const read = readId(id)
    return read === undefined ? Number.NaN : read.kind.startOf(read.number + windowsOn, days)
  }

  function nameOf(id: string): string {
    const read = readId(id)
    return read === undefined ? id : read.kind.name(read.number)
  }

  return {
    windowAt,
    startOf: (id) => boundary(id, 0),
    endsAt: (id) => boundary(id, 1),
    nameOf,
  }
}
