/** The models this key may use, what they take and what they cost. */
import type { Model, Models } from '../answers.ts'
import { el } from '../dom.ts'
import type { View } from '../view.ts'
import { compact, money } from '../words.ts'

const columns = ['Model', 'Input', 'Output', 'Context', 'Longest answer', 'Takes', '']

export const models: View = {
  id: 'models',
  title: 'Models',
  async render({ gateway, go }) {
    const { data } = await gateway.get<Models>('/v1/models')
    const search = el('input', { type: 'search', id: 'find-model', input: narrow })
    const rows = data.map((model) => [model, rowOf(model, go)] as const)

    function narrow(): void {
      const wanted = search.value.trim().toLowerCase()
      for (const [{ id, tollgate }, row] of rows) {
        row.hidden = !`${id} ${tollgate.name} ${idOf(tollgate)}`.toLowerCase().includes(wanted)
      }
    }

    return [
      el('h2', {}, 'Models'),
      el('p', { class: 'quiet' }, 'Prices are in USD for a million tokens.'),
      el('p', {}, el('label', { for: 'find-model' }, 'Find '), search),
      el(
        'div',
        { class: 'wide', role: 'region', 'aria-label': 'Models and prices', tabindex: 0 },
        el(
          'table',
          {},
          el(
            'thead',
            {},
            el(
              'tr',
              {},
              columns.map((title) => el('th', { scope: 'col' }, title || hidden('Try'))),
            ),
          ),
          el(
            'tbody',
            {},
            rows.map(([, row]) => row),
          ),
        ),
      ),
    ]
  },
}

const hidden = (text: string): HTMLElement => el('span', { class: 'unseen' }, text)

const idOf = ({ bedrock_id, provider_id }: Model['tollgate']): string =>
  bedrock_id ?? provider_id ?? ''

function rowOf({ id, tollgate }: Model, go: (view: string, about: string) => void): HTMLElement {
  const { price, task, context, max_output, accepts = {}, lifecycle } = tollgate
  const takes = Object.entries(accepts).flatMap(([name, value]) =>
    value === false || value === 'no' || value === 'none' ? [] : (words[name] ?? []),
  )
  const ends = lifecycle.end_of_life === undefined ? '' : `, until ${lifecycle.end_of_life}`
  const cells = [
    price === null ? 'no price' : money(price.input),
    price === null || task === 'embed' ? '–' : money(price.output),
    compact(context),
    max_output === undefined ? '–' : compact(max_output),
  ]
  return el(
    'tr',
    {},
    el(
      'th',
      { scope: 'row' },
      id,
      el(
        'small',
        {},
        tollgate.name,
        lifecycle.status === 'active' ? '' : ` (${lifecycle.status}${ends})`,
      ),
      el('small', { class: 'mono' }, idOf(tollgate)),
    ),
    cells.map((cell) => el('td', { class: 'number' }, cell)),
    el('td', { class: 'takes' }, task === 'embed' ? 'text, for vectors' : takes.join(', ')),
    el(
      'td',
      {},
      task === 'chat'
        ? el(
            'button',
            { type: 'button', 'aria-label': `Try ${id}`, click: () => go('playground', id) },
            'Try',
          )
        : undefined,
    ),
  )
}

/** Of what a model accepts; streaming and the rest go without saying. */
const words: Readonly<Record<string, string>> = {
  tools: 'tools',
  images: 'images',
  documents: 'documents',
  thinking: 'thinking',
  json_schema: 'JSON schemas',
}
