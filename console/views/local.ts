/** On one's own machine: requests as they come, and switches that make the simulated Bedrock fail. */
import type { Switches } from '../answers.ts'
import { el, replace } from '../dom.ts'
import { eventsOf } from '../events.ts'
import { liveMetrics } from '../live-metrics.ts'
import { trail } from '../trail.ts'
import type { View } from '../view.ts'
import { many, milliseconds, momentOf, money } from '../words.ts'

const hosts: ReadonlySet<string> = new Set(['localhost', '127.0.0.1', '[::1]'])

/** Elsewhere nobody is asked, as no such route is there. */
export const isHere = (): boolean => hosts.has(location.hostname)

export const local: View = {
  id: 'local',
  title: 'Live',
  local: true,
  async render({ key }) {
    const place = el('div', { class: 'switches' })
    const found = await send('/_local/simulators')
    draw(place, found)
    const metrics = liveMetrics(key)
    return [
      el('h2', {}, 'Simulated regions'),
      el(
        'p',
        { class: 'quiet' },
        'Throttle one, ask in the playground, and see below which way the request went.',
      ),
      place,
      el('h2', {}, 'Requests as they come'),
      ...following(key, metrics.refresh),
      el('h2', {}, 'Metrics'),
      metrics.node,
    ]
  },
}

async function send(path: string, body?: object): Promise<Switches> {
  const init = body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) }
  const answer = await fetch(path, init)
  return answer.json()
}

const faults = [
  { fault: 'throttle', does: 'Throttle' },
  { fault: 'cut:400', does: 'Cut answers' },
  { fault: 'error:503:ServiceUnavailableException', does: 'Fail' },
] as const

function draw(place: HTMLElement, { simulators }: Switches): void {
  if (simulators.length === 0) {
    replace(
      place,
      el('p', { class: 'empty' }, 'No simulator answers here: models are those of AWS.'),
    )
    return
  }
  /** One at a time: of several the oldest would hit first. */
  async function change(region: string, fault: string | null): Promise<void> {
    const lifted = await send('/_local/faults', { region, fault: null })
    draw(place, fault === null ? lifted : await send('/_local/faults', { region, fault }))
    const name = `${region} ${fault ?? 'answer'}`
    place.querySelector<HTMLElement>(`[data-switch="${CSS.escape(name)}"]`)?.focus()
  }
  replace(
    place,
    simulators.map(({ region, requests, faults: ordered }) =>
      el(
        'fieldset',
        {},
        el('legend', {}, region),
        el('p', {}, `${many(requests, 'request')} · ${stateOf(ordered)}`),
        el(
          'div',
          { class: 'buttons' },
          faults.map(({ fault, does }) => {
            const on = ordered.some((one) => one.fault === fault)
            return el(
              'button',
              {
                type: 'button',
                'aria-label': `${does} in ${region}`,
                'aria-pressed': String(on),
                'data-switch': `${region} ${fault}`,
                click: () => void change(region, on ? null : fault),
              },
              does,
            )
          }),
          el(
            'button',
            {
              type: 'button',
              'aria-label': `Answer again in ${region}`,
              'data-switch': `${region} answer`,
              disabled: ordered.length === 0,
              click: () => void change(region, null),
            },
            'Answer again',
          ),
        ),
      ),
    ),
  )
}

const stateOf = (ordered: Switches['simulators'][number]['faults']): string =>
  ordered.length === 0 ? 'answers' : ordered.map(({ fault }) => fault).join(', ')

type Line = {
  readonly status?: number
  readonly requestId?: string
  readonly route?: string
  readonly path?: string
  readonly model?: string
  readonly outcome?: string
  readonly refusal?: string
  readonly attempts?: string
  readonly CostMicroUsd?: number
  readonly DurationMs?: number
}

const mostShown = 50

/** Until the list is no longer shown. */
function following(key: string, came: () => void): readonly Node[] {
  const list = el('ol', { class: 'live', 'aria-label': 'Requests' })
  const state = el('p', { class: 'quiet', role: 'status' }, 'Waiting for the first one.')
  const leave = new AbortController()
  const seen = new MutationObserver(() => {
    if (list.isConnected) return
    seen.disconnect()
    leave.abort()
  })

  async function follow(): Promise<void> {
    const init = { headers: { 'x-api-key': key }, signal: leave.signal }
    for await (const { data } of eventsOf(await fetch('/_local/follow', init))) {
      const { at, line } = JSON.parse(data) as { at: number; line: string }
      came()
      const said = read(line)
      if (said?.status === undefined || isLook(said)) continue
      state.textContent = ''
      list.prepend(item(at, said))
      while (list.children.length > mostShown) list.lastChild?.remove()
    }
  }

  setTimeout(() => seen.observe(document.body, { childList: true, subtree: true }))
  follow().catch(() => {
    if (!leave.signal.aborted) state.textContent = 'The gateway no longer answers.'
  })
  return [state, list]
}

/** What this page itself asks for is no news. */
const isLook = ({ route = '', refusal }: Line): boolean =>
  route.startsWith('GET ') && refusal === undefined

function read(line: string): Line | undefined {
  try {
    return JSON.parse(line)
  } catch {
    return undefined
  }
}

function item(
  at: number,
  { status = 0, CostMicroUsd, DurationMs, attempts, ...line }: Line,
): HTMLElement {
  const outcome = line.outcome ?? line.refusal ?? ''
  return el(
    'li',
    {},
    el('span', { class: 'when' }, momentOf(at)),
    el('span', { class: 'what' }, line.model ?? line.route ?? line.path),
    el(
      'span',
      { class: `status ${status < 400 && outcome === 'ok' ? 'good' : 'bad'}` },
      `${status} ${outcome}`,
    ),
    el('span', { class: 'number' }, CostMicroUsd === undefined ? '' : money(CostMicroUsd / 1e6)),
    el('span', { class: 'number' }, DurationMs === undefined ? '' : milliseconds(DurationMs)),
    attempts === undefined ? undefined : trail(attempts),
  )
}
