/** The days of a time zone: which day it is there, and when each begins, whatever its clocks do at midnight. */

const secondMs = 1000
const hourMs = 3600 * secondMs
export const dayMs = 24 * hourMs

/** Local dates, as days since 1970-01-01. */
export type Days = {
  readonly dayAt: (at: number) => number
  readonly startOf: (day: number) => number
}

export const utcDays: Days = {
  dayAt: (at) => Math.floor(at / dayMs),
  startOf: (day) => day * dayMs,
}

/** No zone was ever as far from UTC as this. */
const furthestMs = 16 * hourMs

/** Most days whose start is remembered. */
const mostDays = 1000

export function openDays(timeZone: string): Days {
  const starts = new Map<number, number>()
  let localTime: ((at: number) => number) | undefined

  const clock = (at: number): number => {
    localTime ??= openClock(timeZone)
    return localTime(at)
  }

  function startOf(day: number): number {
    const known = starts.get(day)
    if (known !== undefined) return known
    const start = search(day)
    if (starts.size >= mostDays) starts.clear()
    starts.set(day, start)
    return start
  }

  /** A day may begin at one o'clock, twice, or not at all: only the clock itself can tell. */
  function search(day: number): number {
    const midnight = day * dayMs
    let before = midnight - furthestMs
    let after = midnight + furthestMs
    while (after - before > secondMs) {
      const middle = before + Math.floor((after - before) / 2 / secondMs) * secondMs
      if (clock(middle) < midnight) before = middle
      else after = middle
    }
    return after
  }

  function dayAt(at: number): number {
    let day = Math.floor(clock(at) / dayMs)
    while (at < startOf(day)) day -= 1
    while (at >= startOf(day + 1)) day += 1
    return day
  }

  return { dayAt, startOf }
}

/** What a clock on the wall shows, as if it were UTC, to the second. */
function openClock(timeZone: string): (at: number) => number {
  const format = new Intl.DateTimeFormat('en-US-u-ca-gregory-nu-latn', {
    timeZone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  })
  return (at) => {
    const [month = 1, day = 1, year = 1970, ...time] = (format.format(at).match(/\d+/g) ?? []).map(
      Number,
    )
    return Date.UTC(year, month - 1, day, ...time)
  }
}
