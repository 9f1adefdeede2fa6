/** A list of tabs as the ARIA practices have it: arrow keys go along it, Tab leaves it. */
import { el, freshId } from './dom.ts'

export type Tab = { readonly title: string; readonly show: () => void }

export type Tabs = {
  readonly list: HTMLElement
  readonly choose: (index: number) => void
  /** On the one that is chosen. */
  readonly focus: () => void
}

/** `panel` is what all of them show something in. */
export function tabs(label: string, all: readonly Tab[], panel: HTMLElement): Tabs {
  panel.id ||= freshId('panel')
  panel.setAttribute('role', 'tabpanel')
  const buttons = all.map(({ title }, index) =>
    el(
      'button',
      {
        type: 'button',
        role: 'tab',
        id: freshId('tab'),
        'aria-controls': panel.id,
        click: () => choose(index),
        keydown: (event) => move(index, event as KeyboardEvent),
      },
      title,
    ),
  )

  function choose(index: number): void {
    for (const [at, button] of buttons.entries()) {
      button.setAttribute('aria-selected', String(at === index))
      button.tabIndex = at === index ? 0 : -1
    }
    const chosen = buttons[index]
    if (chosen !== undefined) panel.setAttribute('aria-labelledby', chosen.id)
    chosen?.scrollIntoView({ block: 'nearest', inline: 'nearest' })
    all[index]?.show()
  }

  function move(from: number, event: KeyboardEvent): void {
    const to = moves[event.key]?.(from, buttons.length)
    if (to === undefined) return
    event.preventDefault()
    buttons[to]?.focus()
    choose(to)
  }

  return {
    list: el('div', { role: 'tablist', 'aria-label': label }, buttons),
    choose,
    focus: () => buttons.find(({ tabIndex }) => tabIndex === 0)?.focus(),
  }
}

const moves: Readonly<Record<string, (from: number, count: number) => number>> = {
  ArrowRight: (from, count) => (from + 1) % count,
  ArrowLeft: (from, count) => (from + count - 1) % count,
  Home: () => 0,
  End: (_, count) => count - 1,
}
