/** Lines to copy, with the button that copies them. */
import { el } from './dom.ts'

export function copyable(title: string, text: string): HTMLElement {
  const said = el('span', { class: 'said', role: 'status' })
  const button = el(
    'button',
    { type: 'button', 'aria-label': `Copy: ${title}`, click: copy },
    'Copy',
  )
  const code = el('code', {}, text)

  async function copy(): Promise<void> {
    try {
      await navigator.clipboard.writeText(text)
      said.textContent = 'Copied'
    } catch {
      /** Only pages of https and of this machine may write to the clipboard. */
      getSelection()?.selectAllChildren(code)
      said.textContent = 'Selected; copy with the keyboard'
    }
  }

  return el(
    'section',
    { class: 'copyable' },
    el('div', { class: 'titled' }, el('h3', {}, title), el('span', {}, said, button)),
    el('pre', { tabindex: 0, 'aria-label': title }, code),
  )
}
