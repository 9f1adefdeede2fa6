/** Light or dark: as the machine says, until somebody chooses. The choice is kept in the tab. */
import { el } from './dom.ts'

const kept = 'tollgate-theme'

export function themeButton(): HTMLElement {
  const choose = (theme: string): void => {
    document.documentElement.dataset.theme = theme
    sessionStorage.setItem(kept, theme)
    button.textContent = theme === 'dark' ? 'Light' : 'Dark'
    button.setAttribute('aria-label', `Use ${theme === 'dark' ? 'light' : 'dark'} colours`)
  }
  const button = el('button', { type: 'button', class: 'plain', click: flip })

  function flip(): void {
    choose(document.documentElement.dataset.theme === 'dark' ? 'light' : 'dark')
  }

  const system = matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light'
  const chosen = sessionStorage.getItem(kept)
  choose(chosen ?? system)
  if (chosen === null) sessionStorage.removeItem(kept)
  return button
}
