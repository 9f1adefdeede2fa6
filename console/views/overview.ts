/** Usage and budgets as meters, and what was asked over time as charts. */
import type { Forecast, Hours, Limit, Usage } from '../answers.ts'
import { chart } from '../chart.ts'
import { el, freshId, replace } from '../dom.ts'
import { Problem } from '../gateway.ts'
import { meter } from '../meter.ts'
import { type Point, pointsOf, type Span, spans } from '../series.ts'
import type { Session, View } from '../view.ts'
import { compact, counted, many, milliseconds, money } from '../words.ts'

export const overview: View = {
  id: 'overview',
  title: 'Overview',
  async render({ gateway }) {
    const [usage, hours] = await Promise.all([
      gateway.get<Usage>('/v1/usage'),
      gateway.get<Hours>('/v1/usage/hours?hours=24'),
    ])
    return [
      el('h2', {}, 'Limits'),
      meters(usage),
      el('h2', {}, 'Used'),
      totals(usage),
      ...overTime(gateway, hours),
    ]
  },
}

function meters({ limits, forecast, note }: Usage): HTMLElement {
  if (limits.length === 0) {
    return el('p', { class: 'empty' }, note ?? 'This team has no limit in tokens or money.')
  }
  const drawn = limits.map((limit) =>
    meter(
      limit,
      forecast.find((one) => isOf(one, limit)),
    ),
  )
  return el('ul', { class: 'meters' }, drawn)
}

const isOf = (forecast: Forecast, limit: Limit): boolean =>
  (['whose', 'measure', 'window', 'key', 'model'] as const).every(
    (name) => forecast[name] === limit[name],
  )

function totals({ usage }: Usage): HTMLElement {
  const said = usage.map(({ window, requests, tokens, cost_usd, models }) => {
    const dearest = Object.entries(models)
      .sort(([, one], [, other]) => other.cost_usd - one.cost_usd)
      .slice(0, 5)
    return el(
      'li',
      {},
      el('h3', {}, window === 'day' ? 'Today' : 'This month'),
      el('p', { class: 'figure' }, money(cost_usd)),
      el('p', {}, `${many(requests, 'request')} · ${many(tokens, 'token')}`),
      dearest.length === 0
        ? undefined
        : el(
            'dl',
            {},
            dearest.flatMap(([name, of]) => [
              el('dt', {}, name),
              el('dd', {}, `${money(of.cost_usd)} · ${compact(of.tokens)} tokens`),
            ]),
          ),
    )
  })
  if (said.length === 0) return el('p', { class: 'empty' }, 'Nothing is counted of this team yet.')
  return el('ul', { class: 'totals' }, said)
}

function overTime(gateway: Session['gateway'], first: Hours): readonly HTMLElement[] {
  const place = el('div', { class: 'charts' })
  const problem = el('p', { class: 'problem', role: 'alert' })
  const name = freshId('span')
  replace(place, ...charts(first, spans[0]))

  async function show(span: Span): Promise<void> {
    problem.textContent = ''
    try {
      const hours = await gateway.get<Hours>(`/v1/usage/hours?hours=${span.hours}`)
      replace(place, ...charts(hours, span))
    } catch (error) {
      if (!(error instanceof Problem)) throw error
      problem.textContent = error.message
    }
  }

  const choices = spans.map((span, index) =>
    el(
      'label',
      {},
      el('input', { type: 'radio', name, checked: index === 0, change: () => void show(span) }),
      span.title,
    ),
  )
  const chooser = el('fieldset', { class: 'choices' }, el('legend', {}, 'Over the last'), choices)
  return [el('div', { class: 'titled' }, el('h2', {}, 'Over time'), chooser), problem, place]
}

type Drawn = {
  readonly title: string
  readonly of: (point: Point) => number
  readonly say: (value: number) => string
  readonly class?: string
  readonly total?: (points: readonly Point[]) => string
}

const drawn: readonly Drawn[] = [
  { title: 'Requests', of: ({ requests }) => requests, say: counted },
  { title: 'Cost', of: ({ usd }) => usd, say: money },
  { title: 'Tokens', of: ({ tokens }) => tokens, say: compact },
  { title: 'Errors', of: ({ errors }) => errors, say: counted, class: 'bad' },
  { title: 'Answers from the cache', of: ({ hits }) => hits, say: counted },
  { title: 'Average time', of: ({ ms }) => ms, say: milliseconds, total: averaged },
]

const charts = ({ hours }: Hours, span: Span): HTMLElement[] => {
  const points = pointsOf(hours, span, Date.now())
  return drawn.map(({ title, of, say, total, class: kind }) =>
    chart({
      title,
      bars: points.map((point) => ({ label: point.label, value: of(point) })),
      total: total?.(points) ?? say(points.reduce((sum, point) => sum + of(point), 0)),
      say,
      ...(kind !== undefined && { class: kind }),
    }),
  )
}

function averaged(points: readonly Point[]): string {
  const asked = points.reduce((sum, { requests }) => sum + requests, 0)
  const time = points.reduce((sum, { ms, requests }) => sum + ms * requests, 0)
  return asked === 0 ? '–' : milliseconds(time / asked)
}
