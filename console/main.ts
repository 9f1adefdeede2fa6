/** The console: takes a team's key, and shows the team its own part of the gateway. */
import { el, replace } from './dom.ts'
import { Problem } from './gateway.ts'
import { forget, keptKey, type SignedIn, signIn, signInForm } from './sign-in.ts'
import { tabs } from './tabs.ts'
import { themeButton } from './theme.ts'
import type { Session, View } from './view.ts'
import { isHere, local } from './views/local.ts'
import { models } from './views/models.ts'
import { overview } from './views/overview.ts'
import { playground } from './views/playground.ts'
import { refusals } from './views/refusals.ts'
import { requests } from './views/requests.ts'
import { setUp } from './views/set-up.ts'
import { timeOf } from './words.ts'

const views: readonly View[] = [overview, requests, refusals, models, playground, setUp, local]

const head = document.querySelector('header') as HTMLElement
const main = document.querySelector('main') as HTMLElement
const theme = themeButton()

function showHead(...parts: readonly Node[]): void {
  replace(head, el('span', { class: 'mark' }, 'Tollgate'), parts, theme)
}

function askForKey(said?: string): void {
  showHead(el('span', { class: 'space' }))
  replace(main, signInForm(enter, said))
  document.getElementById('key')?.focus()
}

function enter(signedIn: SignedIn): void {
  const { usage } = signedIn
  const here = views.filter(({ local: only }) => only !== true || isHere())
  const session: Session = { ...signedIn, go }
  const panel = el('div', { class: 'panel' })
  const asOf = el('span', { class: 'quiet' })
  let about: string | undefined
  /** Of several that were asked for, the last one is shown. */
  let shown = 0
  let current = 0

  const list = tabs(
    'Console',
    here.map((view, index) => ({ title: view.title, show: () => void show(view, index) })),
    panel,
  )

  async function show(view: View, index: number): Promise<void> {
    shown += 1
    const own = shown
    current = index
    const asked = about
    about = undefined
    panel.setAttribute('aria-busy', 'true')
    const content = await view.render(session, asked).catch(failed)
    if (own !== shown) return
    replace(panel, content)
    panel.removeAttribute('aria-busy')
    asOf.textContent = `as of ${timeOf(Date.now())}`
  }

  function go(id: string, subject?: string): void {
    about = subject
    list.choose(here.findIndex((view) => view.id === id))
    panel.focus()
  }

  const refresh = el(
    'button',
    { type: 'button', class: 'plain', click: () => list.choose(current) },
    'Refresh',
  )
  const leave = el('button', { type: 'button', class: 'plain', click: end }, 'Forget key')
  panel.tabIndex = -1
  const plan = usage.plan === undefined ? '' : ` · plan ${usage.plan}`
  const team = el('span', { class: 'team' }, el('strong', {}, usage.team), plan)
  showHead(team, asOf, refresh, leave)
  replace(
    main,
    el('h1', { class: 'unseen' }, `Team ${usage.team}`),
    el('nav', {}, list.list),
    panel,
  )
  list.choose(0)
  list.focus()
}

function failed(error: unknown): readonly Node[] {
  if (!(error instanceof Problem)) throw error
  if (error.status === 401) {
    forget()
    queueMicrotask(() => askForKey(error.message))
  }
  return [el('p', { class: 'problem', role: 'alert' }, error.message)]
}

function end(): void {
  forget()
  askForKey()
}

const key = keptKey()
if (key === null) askForKey()
else
  signIn(key).then(enter, (error: unknown) =>
    askForKey(error instanceof Problem ? error.message : ''),
  )
