/** Bars over time, by hand in SVG: moved through with arrow keys or a pointer, and there as a table too. */
import { el, freshId, svg } from './dom.ts'

export type Bar = { readonly label: string; readonly value: number }

export type Chart = {
  readonly title: string
  readonly bars: readonly Bar[]
  /** Of all bars together. */
  readonly total: string
  readonly say: (value: number) => string
  readonly class?: string
}

const width = 300
const height = 90

export function chart({ title, bars, total, say, class: kind = '' }: Chart): HTMLElement {
  const most = Math.max(0, ...bars.map(({ value }) => value))
  const titled = freshId('chart')
  const heading = el('h3', { id: titled }, title)
  const head = el('figcaption', {}, heading, el('strong', {}, total))
  if (most === 0) {
    return el('figure', { class: 'chart' }, head, el('p', { class: 'empty' }, 'Nothing yet.'))
  }
  const step = width / bars.length
  const drawn = bars.map(({ value }, index) => {
    const tall = (value / most) * height
    return svg('rect', {
      x: index * step + step * 0.12,
      y: height - tall,
      width: step * 0.76,
      height: tall,
    })
  })
  const readout = el('p', { class: 'readout', 'aria-hidden': 'true' })
  const plot = svg(
    'svg',
    {
      class: kind,
      viewBox: `0 0 ${width} ${height}`,
      preserveAspectRatio: 'none',
      role: 'slider',
      tabindex: 0,
      'aria-labelledby': titled,
      'aria-valuemin': 0,
      'aria-valuemax': bars.length - 1,
    },
    [0.5, height / 2, height - 0.5].map((y) =>
      svg('line', { x1: 0, x2: width, y1: y, y2: y, class: 'grid' }),
    ),
    drawn,
  )
  let chosen = bars.length - 1

  function choose(index: number): void {
    drawn[chosen]?.classList.remove('chosen')
    chosen = Math.min(bars.length - 1, Math.max(0, index))
    drawn[chosen]?.classList.add('chosen')
    const { label = '', value = 0 } = bars[chosen] ?? {}
    const text = `${label}: ${say(value)}`
    readout.textContent = text
    plot.setAttribute('aria-valuenow', String(chosen))
    plot.setAttribute('aria-valuetext', text)
  }

  plot.addEventListener('keydown', (event) => {
    const to = moves[event.key]?.(chosen, bars.length - 1)
    if (to === undefined) return
    event.preventDefault()
    choose(to)
  })
  plot.addEventListener('pointermove', ({ clientX }) => {
    const { left, width: wide } = plot.getBoundingClientRect()
    choose(Math.floor(((clientX - left) / wide) * bars.length))
  })
  choose(chosen)
  const axis = [bars[0], bars[Math.floor(bars.length / 2)], bars.at(-1)]
  return el(
    'figure',
    { class: 'chart' },
    head,
    el(
      'div',
      { class: 'plot' },
      el(
        'div',
        { class: 'scale', 'aria-hidden': 'true' },
        el('span', {}, say(most)),
        el('span', {}, '0'),
      ),
      plot,
    ),
    el(
      'div',
      { class: 'axis', 'aria-hidden': 'true' },
      axis.map((bar) => el('span', {}, bar?.label)),
    ),
    readout,
    el('details', {}, el('summary', {}, `${title} as a table`), tableOf(title, bars, say)),
  )
}

const moves: Readonly<Record<string, (from: number, last: number) => number>> = {
  ArrowLeft: (from) => from - 1,
  ArrowDown: (from) => from - 1,
  ArrowRight: (from) => from + 1,
  ArrowUp: (from) => from + 1,
  Home: () => 0,
  End: (_, last) => last,
}

const tableOf = (title: string, bars: readonly Bar[], say: Chart['say']): HTMLElement =>
  el(
    'table',
    {},
    el(
      'thead',
      {},
      el('tr', {}, el('th', { scope: 'col' }, 'From'), el('th', { scope: 'col' }, title)),
    ),
    el(
      'tbody',
      {},
      bars
        .filter(({ value }) => value > 0)
        .map(({ label, value }) =>
          el('tr', {}, el('th', { scope: 'row' }, label), el('td', {}, say(value))),
        ),
    ),
  )
