/** Takes the key. It is kept in this tab alone, until the tab is closed or the key is forgotten. */
import type { Usage } from './answers.ts'
import { el } from './dom.ts'
import { openGateway, Problem } from './gateway.ts'
import type { Session } from './view.ts'

const kept = 'tollgate-key'

export type SignedIn = Omit<Session, 'go'>

export const keptKey = (): string | null => sessionStorage.getItem(kept)
export const forget = (): void => sessionStorage.removeItem(kept)

/** What can stand in a header. */
const sendable = /^[!-~]+$/
const noKey = 'This is no key: one has letters and digits alone.'

/** Rejects with a problem where the key is not valid. */
export async function signIn(key: string): Promise<SignedIn> {
  if (!sendable.test(key)) throw new Problem(0, 'no_key', noKey)
  const gateway = openGateway(key)
  const usage = await gateway.get<Usage>('/v1/usage')
  sessionStorage.setItem(kept, key)
  return { gateway, key, usage }
}

export function signInForm(enter: (session: SignedIn) => void, said = ''): HTMLElement {
  const key = el('input', {
    id: 'key',
    type: 'password',
    required: true,
    autocomplete: 'off',
    spellcheck: 'false',
    autocapitalize: 'none',
    'aria-describedby': 'key-kept',
  })
  const problem = el('p', { class: 'problem', role: 'alert' }, said)
  const button = el('button', { type: 'submit', class: 'first' }, 'Show')

  async function submit(event: Event): Promise<void> {
    event.preventDefault()
    button.disabled = true
    problem.textContent = ''
    try {
      enter(await signIn(key.value.trim()))
    } catch (error) {
      if (!(error instanceof Problem)) throw error
      problem.textContent = error.message
      key.select()
    } finally {
      button.disabled = false
    }
  }

  return el(
    'form',
    { class: 'sign-in', submit: (event) => void submit(event) },
    el('h1', {}, 'Your team at the gateway'),
    el('p', {}, 'What it used, what is left, what was refused and why, and a place to try models.'),
    el('div', { class: 'field' }, el('label', { for: 'key' }, 'Key of your team'), key),
    problem,
    button,
    el(
      'p',
      { class: 'quiet', id: 'key-kept' },
      'The key stays in this tab and goes to this gateway alone. What the page reads counts as requests of your plan.',
    ),
  )
}
