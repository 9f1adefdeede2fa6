/** Gathers hours into as many bars as a chart can show; hours nobody told of had no request. */
import type { Hour } from './answers.ts'
import { dayOf, timeOf } from './words.ts'

const hourMs = 3_600_000

export type Span = { readonly title: string; readonly hours: number; readonly step: number }

export const spans = [
  { title: '24 hours', hours: 24, step: 1 },
  { title: '7 days', hours: 168, step: 6 },
  { title: '31 days', hours: 744, step: 24 },
] as const satisfies readonly Span[]

export type Point = {
  readonly label: string
  readonly requests: number
  readonly tokens: number
  readonly usd: number
  readonly errors: number
  readonly hits: number
  /** Average; 0 where nothing was asked. */
  readonly ms: number
}

export function pointsOf(
  hours: readonly Hour[],
  { hours: length, step }: Span,
  now: number,
): Point[] {
  const stepMs = step * hourMs
  const end = Math.floor(now / hourMs) * hourMs + hourMs
  const begin = end - length * hourMs
  return Array.from({ length: length / step }, (_, index) => {
    const at = begin + index * stepMs
    const of = hours.filter((hour) => {
      const from = Date.parse(hour.at)
      return from >= at && from < at + stepMs
    })
    const sum = (field: (hour: Hour) => number) => of.reduce((all, hour) => all + field(hour), 0)
    const requests = sum((hour) => hour.requests)
    const time = sum((hour) => hour.average_ms * hour.requests)
    return {
      label: step === 24 ? dayOf(at) : step === 1 ? timeOf(at) : `${dayOf(at)}, ${timeOf(at)}`,
      requests,
      tokens: sum((hour) => hour.tokens),
      usd: sum((hour) => hour.cost_usd),
      errors: sum((hour) => hour.errors),
      hits: sum((hour) => hour.cache_hits),
      ms: requests === 0 ? 0 : time / requests,
    }
  })
}
