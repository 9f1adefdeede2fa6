/** How much of a limit is gone, when it begins anew, and where it is likely to end. */
import type { Forecast, Limit } from './answers.ts'
import { type Child, el, svg } from './dom.ts'
import { amountOf, dayOf, fromNow, percent, timeOf, titleOf, windowOf } from './words.ts'

export function meter(limit: Limit, forecast: Forecast | undefined): HTMLElement {
  const { measure, window, used, reserved, whose, then } = limit
  const amount = amountOf[measure]
  const gone = limit.limit > 0 ? (used + reserved) / limit.limit : 1
  const title = `${titleOf[measure]} ${windowOf[window]}`.trim()
  const about = [
    limit.model === undefined ? undefined : `of ${limit.model}`,
    limit.key === undefined ? undefined : `of the key ${limit.key}`,
    whose === 'organisation' ? 'of the whole organisation' : undefined,
    then === 'warn' ? 'warns only' : undefined,
    then === 'report' ? 'reports only' : undefined,
  ].filter((part) => part !== undefined)
  const resets = limit.resets_at === undefined ? undefined : Date.parse(limit.resets_at)
  const facts = [
    percent(gone),
    `${amount(used + reserved)} of ${amount(limit.limit)}`,
    reserved > 0 ? `${amount(reserved)} of it for calls on their way` : undefined,
    resets === undefined ? undefined : `resets ${fromNow(resets)}`,
    forecast && likely(forecast),
  ].filter((part) => part !== undefined)
  return el(
    'li',
    { class: `meter ${stateOf(gone)}` },
    el('h3', {}, title, about.length > 0 ? el('small', {}, about.join(', ')) : undefined),
    el(
      'div',
      {
        role: 'meter',
        'aria-label': [title, ...about].join(', '),
        'aria-valuemin': 0,
        'aria-valuemax': 100,
        'aria-valuenow': Math.min(100, Math.round(gone * 100)),
        'aria-valuetext': facts.join(', '),
      },
      bar(used / limit.limit, gone, forecast && forecast.expected / limit.limit),
    ),
    el('p', {}, ...facts.flatMap(separated)),
    forecast?.reached_at === undefined
      ? undefined
      : el('p', { class: 'warning' }, `At this pace it is used up ${whenOf(forecast.reached_at)}.`),
  )
}

const separated = (fact: string, index: number): Child[] =>
  index === 0 ? [el('strong', {}, fact)] : [' · ', fact]

function likely({ measure, expected, low, high }: Forecast): string {
  const amount = amountOf[measure]
  const range = `${amount(low)}–${amount(high)}`
  const end = `likely to end at ${amount(expected)}`
  return amount(low) === amount(high) ? end : `${end} (${range})`
}

function whenOf(moment: string): string {
  const at = Date.parse(moment)
  const near = at - Date.now() < 20 * 3_600_000
  return near ? `at ${timeOf(at)}, ${fromNow(at)}` : `on ${dayOf(at)}, ${fromNow(at)}`
}

/** Colour is not all that says it: the words beside it do, too. */
const stateOf = (gone: number): string => (gone >= 1 ? 'full' : gone >= 0.8 ? 'close' : 'free')

/** In hundredths of the limit; the tick is where it will likely end. */
function bar(used: number, gone: number, expected: number | undefined): SVGSVGElement {
  const width = (share: number): number => Math.min(100, Math.max(0, share * 100))
  return svg(
    'svg',
    { viewBox: '0 0 100 8', preserveAspectRatio: 'none', 'aria-hidden': 'true' },
    svg('rect', { class: 'track', width: 100, height: 8 }),
    svg('rect', { class: 'held', width: width(gone), height: 8 }),
    svg('rect', { class: 'used', width: width(used), height: 8 }),
    expected === undefined
      ? undefined
      : svg('rect', { class: 'tick', x: Math.min(99.4, width(expected)), width: 0.6, height: 8 }),
  )
}
