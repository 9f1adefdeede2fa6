/** Calendar windows tile time, whatever the clocks of their zone do, and are found again by their ids. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Window } from '../lambda/core/config.ts'
import { openCalendar } from '../lambda/ledger/calendar.ts'

const windows = ['minute', 'day', 'week', 'month'] as const satisfies readonly Window[]
const zones = [
  'UTC',
  'Europe/Berlin',
  'America/New_York',
  'America/St_Johns',
  'America/Sao_Paulo',
  'America/Havana',
  'Asia/Beirut',
  'Asia/Kolkata',
  'Asia/Kathmandu',
  'Australia/Lord_Howe',
  'Africa/Cairo',
  'Pacific/Apia',
  'Pacific/Kwajalein',
  'Pacific/Kiritimati',
  'Africa/Monrovia',
] as const

const hourMs = 3_600_000
const dayMs = 24 * hourMs
const utc = openCalendar('UTC')
const iso = (at: number): string => new Date(at).toISOString()
const time = Date.parse

const moment = fc.integer({ min: dayMs * 2, max: time('2099-12-31T00:00:00Z') })
const zone = fc.constantFrom(...zones)
const window = fc.constantFrom(...windows)

/** The date a wall calendar shows, by another way than the one under test. */
const wallDate = (timeZone: string, at: number): string =>
  new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short' }).format(at)

describe('windows', () => {
  it('tile time: a moment is in its window, and each begins where the last one ended', () => {
    fc.assert(
      fc.property(zone, window, moment, (timeZone, kind, at) => {
        const calendar = openCalendar(timeZone)
        const now = calendar.windowAt(kind, at)
        expect(now.startsAt).toBeLessThanOrEqual(at)
        expect(now.endsAt).toBeGreaterThan(at)
        expect(calendar.windowAt(kind, now.startsAt)).toEqual(now)
        expect(calendar.windowAt(kind, now.endsAt - 1)).toEqual(now)
        expect(calendar.windowAt(kind, now.endsAt).startsAt).toBe(now.endsAt)
        expect(calendar.windowAt(kind, now.startsAt - 1).endsAt).toBe(now.startsAt)
      }),
    )
  })

  it('are found again by their ids, in any environment', () => {
    fc.assert(
      fc.property(zone, window, moment, (timeZone, kind, at) => {
        const { id, ...rest } = openCalendar(timeZone).windowAt(kind, at)
        const other = openCalendar(timeZone)
        const { nameOf, startOf, endsAt } = other
        expect({ name: nameOf(id), startsAt: startOf(id), endsAt: endsAt(id) }).toEqual(rest)
        expect(id).toMatch(/^[ndwm][0-9a-z]{1,6}$/)
      }),
    )
  })

  it('have ids and names that differ, and follow one another as time does', () => {
    fc.assert(
      fc.property(zone, window, moment, moment, (timeZone, kind, one, other) => {
        const calendar = openCalendar(timeZone)
        const [first, second] = [Math.min(one, other), Math.max(one, other)].map((at) =>
          calendar.windowAt(kind, at),
        )
        const number = (id = ''): number => Number.parseInt(id.slice(1), 36)
        expect(number(first?.id)).toBeLessThanOrEqual(number(second?.id))
        const same = first?.startsAt === second?.startsAt
        expect(first?.id === second?.id).toBe(same)
        expect(first?.name === second?.name).toBe(same)
        expect((first?.name ?? '') <= (second?.name ?? '')).toBe(true)
      }),
    )
  })

  it('of UTC by arithmetic are those by its clock', () => {
    const byClock = openCalendar('Etc/UTC')
    fc.assert(
      fc.property(window, moment, (kind, at) => {
        expect(utc.windowAt(kind, at)).toEqual(byClock.windowAt(kind, at))
      }),
    )
  })

  it('of different kinds never share an id', () => {
    fc.assert(
      fc.property(zone, moment, (timeZone, at) => {
        const ids = windows.map((kind) => openCalendar(timeZone).windowAt(kind, at).id)
        expect(new Set(ids).size).toBe(windows.length)
      }),
    )
  })

  it('of days are the dates a wall calendar shows, of weeks and months whole days', () => {
    fc.assert(
      fc.property(zone, moment, (timeZone, at) => {
        const calendar = openCalendar(timeZone)
        const day = calendar.windowAt('day', at)
        expect(day.name).toBe(wallDate(timeZone, day.startsAt))
        const month = calendar.windowAt('month', at)
        expect(day.name.slice(0, 7)).toBe(month.name)
        const week = calendar.windowAt('week', at)
        for (const longer of [week, month]) {
          expect(longer.startsAt).toBeLessThanOrEqual(day.startsAt)
          expect(longer.endsAt).toBeGreaterThanOrEqual(day.endsAt)
        }
        const monday = Date.parse(calendar.windowAt('day', week.startsAt).name)
        expect(new Date(monday).getUTCDay()).toBe(1)
      }),
    )
  })

  it('are the same whichever was asked for before', () => {
    const calendars = new Map(zones.map((timeZone) => [timeZone, openCalendar(timeZone)]))
    fc.assert(
      fc.property(zone, window, moment, (timeZone, kind, at) => {
        const asked = calendars.get(timeZone)?.windowAt(kind, at)
        expect(asked).toEqual(openCalendar(timeZone).windowAt(kind, at))
      }),
    )
  })
})

describe('a window has a name', () => {
  it.each<[Window, string, string, string]>([
    ['minute', '2026-11-21T13:05:59.999Z', 'nhtb9t', '2026-11-21T13:05'],
    ['day', '2026-11-21T23:59:59.999Z', 'dg16', '2026-11-21'],
    ['day', '2026-11-22T00:00:00.000Z', 'dg17', '2026-11-22'],
    ['week', '2026-11-22T23:59:59.999Z', 'w2ag', '2026-W47'],
    ['week', '2026-11-23T00:00:00.000Z', 'w2ah', '2026-W48'],
    ['month', '2026-11-30T23:59:59.999Z', 'miy', '2026-11'],
    ['month', '2026-12-01T00:00:00.000Z', 'miz', '2026-12'],
    ['month', '2028-02-29T12:00:00.000Z', 'mjd', '2028-02'],
    ['week', '2026-12-31T12:00:00.000Z', 'w2am', '2026-W53'],
    ['week', '2027-01-03T12:00:00.000Z', 'w2am', '2026-W53'],
    ['week', '2027-01-04T00:00:00.000Z', 'w2an', '2027-W01'],
    ['week', '2024-12-30T00:00:00.000Z', 'w27q', '2025-W01'],
    ['week', '1970-01-01T00:00:00.000Z', 'w0', '1970-W01'],
  ])('%s %s', (kind, at, id, name) => {
    expect(utc.windowAt(kind, time(at))).toMatchObject({ id, name })
  })

  it.each(['', 'x1', 'd', 'balance', 'd!', 'deployment', 'wzzzzzzzzz', 'D1', 'd1.5'])(
    'and %j is none',
    (id) => {
      expect(utc.nameOf(id)).toBe(id)
      expect(utc.startOf(id)).toBeNaN()
      expect(utc.endsAt(id)).toBeNaN()
    },
  )
})

describe('a day', () => {
  it.each<[string, string, string, number]>([
    ['Europe/Berlin', '2026-03-29', '2026-03-28T23:00:00.000Z', 23],
    ['Europe/Berlin', '2026-10-25', '2026-10-24T22:00:00.000Z', 25],
    ['America/Sao_Paulo', '2018-11-04', '2018-11-04T03:00:00.000Z', 23],
    ['America/Sao_Paulo', '2019-02-16', '2019-02-16T02:00:00.000Z', 25],
    ['Asia/Beirut', '2025-03-30', '2025-03-29T22:00:00.000Z', 23],
    ['Asia/Beirut', '2025-10-25', '2025-10-24T21:00:00.000Z', 25],
    ['Australia/Lord_Howe', '2026-04-05', '2026-04-04T13:00:00.000Z', 24.5],
    ['Australia/Lord_Howe', '2026-10-04', '2026-10-03T13:30:00.000Z', 23.5],
    ['Asia/Kathmandu', '2026-07-01', '2026-06-30T18:15:00.000Z', 24],
    ['Pacific/Apia', '2011-12-29', '2011-12-29T10:00:00.000Z', 24],
    ['Pacific/Apia', '2011-12-31', '2011-12-30T10:00:00.000Z', 24],
  ])('in %s, %s, begins at %s and has %d hours', (timeZone, name, startsAt, hours) => {
    const day = openCalendar(timeZone).windowAt('day', time(startsAt))
    expect({ ...day, startsAt: iso(day.startsAt) }).toMatchObject({ name, startsAt })
    expect((day.endsAt - day.startsAt) / hourMs).toBe(hours)
  })

  it('that a zone left out starts and ends at once', () => {
    const { startOf, endsAt, windowAt } = openCalendar('Pacific/Apia')
    const next = windowAt('day', time('2011-12-31T00:00:00Z'))
    const leftOut = `d${(Number.parseInt(next.id.slice(1), 36) - 1).toString(36)}`
    expect([startOf(leftOut), endsAt(leftOut)]).toEqual([next.startsAt, next.startsAt])
  })

  it('whose first minute comes twice is one window', () => {
    const { windowAt } = openCalendar('America/St_Johns')
    const names = [0, 30, 59, 61, 120].map(
      (minutes) => windowAt('day', time('2009-11-01T02:30:00Z') + minutes * 60_000).name,
    )
    expect(names).toEqual([...names].sort())
  })
})
