/** The calendar periods, in UTC, by which usage plans count. */

export type Period = 'DAY' | 'WEEK' | 'MONTH'

const dayMs = 24 * 60 * 60 * 1000

/** A period's name: its first day, or its month. */
export function periodOf(now: number, period: Period): string {
  const day = (time: number) => new Date(time).toISOString().slice(0, 10)
  switch (period) {
    case 'DAY':
      return day(now)
    case 'WEEK':
      /** API Gateway's reference of QuotaSettings lets a week start on Sunday. */
      return day(now - new Date(now).getUTCDay() * dayMs)
    case 'MONTH':
      return day(now).slice(0, 7)
  }
}
