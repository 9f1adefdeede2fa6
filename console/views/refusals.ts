/** What was refused of the team, each with the decision explained. */
import type { Asked, Requests } from '../answers.ts'
import { explained } from '../decision.ts'
import { el, replace } from '../dom.ts'
import type { Gateway } from '../gateway.ts'
import type { View } from '../view.ts'
import { momentOf } from '../words.ts'

export const refusals: View = {
  id: 'refusals',
  title: 'Refusals',
  async render({ gateway }, about) {
    const { requests } = await gateway.get<Requests>('/v1/usage/requests?limit=128')
    const refused = requests.filter(({ status }) => status >= 400)
    const note =
      'Requests beyond the plan’s quota or rate are refused before they are seen here, with “Limit Exceeded” or “Too Many Requests”.'
    return [
      el('h2', {}, 'Refusals'),
      refused.length === 0
        ? el('p', { class: 'empty' }, 'None of the last requests was refused.')
        : el(
            'ul',
            { class: 'rows' },
            refused.map((asked) => refusal(gateway, asked, about)),
          ),
      el('p', { class: 'quiet' }, note),
    ]
  },
}

function refusal(gateway: Gateway, asked: Asked, about: string | undefined): HTMLElement {
  const { at, status, outcome, decision_id: id, route } = asked
  const place = el('div', {})
  let looked = false

  async function explain(): Promise<void> {
    if (looked) return
    looked = true
    replace(
      place,
      id === undefined
        ? el('p', {}, `It failed as ${outcome}; request ${asked.id} finds it in the gateway’s log.`)
        : await explained(gateway, id),
    )
  }

  const details = el(
    'details',
    { toggle: () => void explain() },
    el(
      'summary',
      {},
      el('span', { class: 'when' }, momentOf(Date.parse(at))),
      el('span', { class: 'what' }, asked.asked ?? asked.model ?? route),
      el('span', { class: 'status bad' }, `${status} ${outcome}`),
    ),
    place,
  )
  details.open = id !== undefined && id === about
  return el('li', {}, details)
}
