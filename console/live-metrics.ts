/** What the team's log lines came to since the gateway here was started: read as CloudWatch reads them. */
import type { Sums } from './answers.ts'
import { el, replace } from './dom.ts'
import { counted, milliseconds, money } from './words.ts'

export type LiveMetrics = {
  readonly node: HTMLElement
  /** Asks anew; what comes meanwhile is asked for once. */
  readonly refresh: () => void
}

/** Of a team, by its key. */
export function liveMetrics(key: string): LiveMetrics {
  const node = el('div', {
    ...{ class: 'wide', role: 'region', 'aria-label': 'Metrics', tabindex: 0 },
  })
  let asking: Promise<void> | undefined
  let stale = false

  async function ask(): Promise<void> {
    const answer = await fetch('/_local/metrics', { headers: { 'x-api-key': key } })
    const { metrics }: Sums = await answer.json()
    draw(node, metrics)
  }

  function refresh(): void {
    if (asking !== undefined) {
      stale = true
      return
    }
    stale = false
    asking = ask()
      .catch(() => {})
      .finally(() => {
        asking = undefined
        if (stale) refresh()
      })
  }

  refresh()
  return { node, refresh }
}

function draw(node: HTMLElement, metrics: Sums['metrics']): void {
  const all = metrics.filter(({ dimensions }) => Object.keys(dimensions).length === 0)
  if (all.length === 0) {
    replace(node, el('p', { class: 'empty' }, 'Nothing has been asked yet.'))
    return
  }
  const head = ['Metric', 'Sum', 'Median', '99 of 100 at most']
  replace(
    node,
    el(
      'table',
      {},
      el('thead', {}, el('tr', {}, head.map(column))),
      el('tbody', {}, all.toSorted(byName).map(row)),
    ),
  )
}

const byName = (one: { name: string }, other: { name: string }): number =>
  one.name < other.name ? -1 : 1

const column = (title: string): HTMLElement => el('th', { scope: 'col' }, title)

function row({ name, unit, sum, percentiles }: Sums['metrics'][number]): HTMLElement {
  const isTime = unit === 'Milliseconds'
  return el(
    'tr',
    { 'data-metric': name },
    el('th', { scope: 'row' }, name),
    el('td', { class: 'number' }, isTime ? '' : amount(name, sum)),
    el('td', { class: 'number' }, percentiles && milliseconds(percentiles.p50)),
    el('td', { class: 'number' }, percentiles && milliseconds(percentiles.p99)),
  )
}

const amount = (name: string, sum: number): string =>
  name.endsWith('MicroUsd') ? money(sum / 1e6) : counted(sum)
