/** The lines by which each client finds this gateway. */
import {
  type ClientName,
  clientNames,
  clients,
  keyVariable,
  linesFor,
} from '../../cli/connect/clients.ts'
import type { Models } from '../answers.ts'
import { copyable } from '../copying.ts'
import { el, replace } from '../dom.ts'
import type { View } from '../view.ts'

export const setUp: View = {
  id: 'set-up',
  title: 'Set up',
  async render({ gateway }) {
    const { data } = await gateway.get<Models>('/v1/models')
    const names = data.filter(({ tollgate }) => tollgate.task === 'chat').map(({ id }) => id)
    const client = el(
      'select',
      { id: 'client', change: show },
      clientNames.map((name) => el('option', { value: name }, clients[name].title)),
    )
    const model = el(
      'select',
      { id: 'for-model', change: show },
      names.map((name) => el('option', { value: name }, name)),
    )
    const place = el('div', {})

    function show(): void {
      const at = { url: gateway.url, model: model.value }
      const lines = linesFor(client.value as ClientName, at)
      replace(
        place,
        lines.map(({ where, text }) => copyable(where, text)),
      )
    }

    show()
    return [
      el('h2', {}, 'Set up a client'),
      el(
        'p',
        {},
        'Put the key in the environment as ',
        el('code', {}, keyVariable),
        '; no line below has it.',
      ),
      el(
        'div',
        { class: 'fields' },
        el('div', { class: 'field' }, el('label', { for: 'client' }, 'Client'), client),
        el('div', { class: 'field' }, el('label', { for: 'for-model' }, 'Model'), model),
      ),
      place,
    ]
  },
}
