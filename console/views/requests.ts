/** The team's last requests, each with all that is kept of it. */
import type { Asked, Requests } from '../answers.ts'
import { type Child, el } from '../dom.ts'
import { trail } from '../trail.ts'
import type { View } from '../view.ts'
import { counted, milliseconds, momentOf, money } from '../words.ts'

export const requests: View = {
  id: 'requests',
  title: 'Requests',
  async render({ gateway }) {
    const { requests: all } = await gateway.get<Requests>('/v1/usage/requests?limit=100')
    const heading = el('h2', {}, 'Last requests')
    if (all.length === 0) {
      const empty =
        'None is kept. The last ones are, for a day, unless the team’s log is set to none.'
      return [heading, el('p', { class: 'empty' }, empty)]
    }
    return [heading, el('ul', { class: 'rows' }, all.map(row))]
  },
}

export function row(asked: Asked): HTMLElement {
  const { at, model, cost_usd, duration_ms, cache } = asked
  return el(
    'li',
    {},
    el(
      'details',
      {},
      el(
        'summary',
        {},
        el('span', { class: 'when' }, momentOf(Date.parse(at))),
        el('span', { class: 'what' }, asked.asked ?? model ?? asked.route),
        el('span', { class: `status ${isGood(asked) ? 'good' : 'bad'}` }, statusOf(asked)),
        el('span', { class: 'number' }, cost_usd === undefined ? '–' : money(cost_usd)),
        el('span', { class: 'number' }, milliseconds(duration_ms)),
        el('span', { class: 'cache' }, cache === 'hit' ? 'from cache' : ''),
      ),
      el('dl', { class: 'facts' }, factsOf(asked).flatMap(said)),
      asked.prompt === undefined ? undefined : text('Prompt', spoken(asked.prompt)),
      asked.answer === undefined ? undefined : text('Answer', asked.answer),
    ),
  )
}

const isGood = ({ status, outcome }: Asked): boolean => status < 400 && outcome === 'ok'

const statusOf = ({ status, outcome }: Asked): string =>
  outcome === 'ok' ? String(status) : `${status} ${outcome}`

type Fact = readonly [string, Child]

function factsOf(asked: Asked): readonly Fact[] {
  const { input_tokens = 0, output_tokens = 0, first_token_ms, attempts, metadata = {} } = asked
  const tokens = `${counted(input_tokens)} in, ${counted(output_tokens)} out`
  const facts: readonly Fact[] = [
    ['Request', asked.id],
    ['Route', asked.route + (asked.stream ? ', streamed' : '')],
    ['Model', asked.model],
    ['Key', asked.key],
    ['Tokens', asked.tokens === undefined ? undefined : tokens],
    [
      'First token',
      first_token_ms === undefined ? undefined : `after ${milliseconds(first_token_ms)}`,
    ],
    ['Cache', asked.cache],
    ['Way', attempts === undefined ? undefined : trail(attempts)],
    ...Object.entries(metadata).map(([name, value]): Fact => [name, String(value)]),
  ]
  return facts.filter(([, value]) => value !== undefined)
}

const said = ([name, value]: Fact): readonly HTMLElement[] => [
  el('dt', {}, name),
  el('dd', {}, value),
]

/** What is kept of a prompt is JSON, unless its end was cut off. */
function spoken(prompt: string): string {
  try {
    const turns: readonly { readonly role: string; readonly text: string }[] = JSON.parse(prompt)
    return turns.map(({ role, text }) => `${role}: ${text}`).join('\n\n')
  } catch {
    return prompt
  }
}

const text = (title: string, value: string): HTMLElement =>
  el('section', { class: 'text' }, el('h3', {}, title), el('pre', { tabindex: 0 }, value))
