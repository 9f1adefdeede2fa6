/** Asks any model, shows its answer as it comes and what it cost, and how other clients would ask it. */
import type { Estimate, Model, Models } from '../answers.ts'
import { ways } from '../as-code.ts'
import { askFor, bodyOf, type Question } from '../asking.ts'
import { copyable } from '../copying.ts'
import { el, replace } from '../dom.ts'
import { facts, failure, foreseen } from '../outcome.ts'
import { tabs } from '../tabs.ts'
import type { Session, View } from '../view.ts'

export const playground: View = {
  id: 'playground',
  title: 'Playground',
  async render(session, about) {
    const { data } = await session.gateway.get<Models>('/v1/models')
    const chat = data.filter(({ tollgate }) => tollgate.task === 'chat')
    const heading = el('h2', {}, 'Playground')
    if (chat.length === 0) {
      return [heading, el('p', { class: 'empty' }, 'This key may use no model that answers.')]
    }
    return [heading, ...room(session, chat, about)]
  },
}

const usualPrompt = 'What is a dystopia?'

function room({ gateway }: Session, models: readonly Model[], about?: string): readonly Node[] {
  const form = formOf(models, about)
  const answer = el('pre', { class: 'answer', tabindex: 0, 'aria-label': 'Answer' })
  const status = el('div', { class: 'outcome', role: 'status' })
  const code = el('div', {})
  let stop: AbortController | undefined
  let way = ways[0]

  const chosen = tabs(
    'As',
    ways.map((one) => ({
      title: one.title,
      show() {
        way = one
        write()
      },
    })),
    code,
  )

  function write(): void {
    if (way === undefined) return
    replace(code, copyable(`As ${way.title}`, way.lines({ url: gateway.url, ...form.question() })))
  }

  async function ask(): Promise<void> {
    stop?.abort()
    const own = new AbortController()
    stop = own
    replace(answer)
    replace(status, 'Asking …')
    form.busy(true)
    try {
      const outcome = await askFor(gateway, form.question(), own.signal, (text) =>
        answer.append(text),
      )
      replace(status, facts(outcome))
    } catch (error) {
      replace(status, await failure(gateway, error))
    } finally {
      if (stop === own) form.busy(false)
    }
  }

  async function estimate(): Promise<void> {
    try {
      const body = bodyOf(form.question())
      replace(status, foreseen(await gateway.post<Estimate>('/v1/estimate', body)))
    } catch (error) {
      replace(status, await failure(gateway, error))
    }
  }

  form.element.addEventListener('submit', (event) => {
    event.preventDefault()
    void ask()
  })
  form.element.addEventListener('input', write)
  form.stop.addEventListener('click', () => stop?.abort())
  form.estimate.addEventListener('click', () => void estimate())
  chosen.choose(0)
  return [
    el(
      'div',
      { class: 'room' },
      form.element,
      el('section', {}, el('h3', {}, 'Answer'), answer, status),
    ),
    el('h3', {}, 'The same question as'),
    el('div', { class: 'ways' }, chosen.list),
    code,
  ]
}

function formOf(models: readonly Model[], about: string | undefined) {
  const model = el(
    'select',
    { id: 'model' },
    models.map(({ id, tollgate }) =>
      el(
        'option',
        { value: id, selected: id === about },
        id === tollgate.name ? id : `${id} · ${tollgate.name}`,
      ),
    ),
  )
  const system = el('textarea', { id: 'system', rows: 2, placeholder: 'None' })
  const prompt = el('textarea', { id: 'prompt', rows: 5, required: true }, usualPrompt)
  const most = el('input', {
    id: 'most',
    type: 'number',
    min: 1,
    max: 200_000,
    value: 300,
    required: true,
  })
  const send = el('button', { type: 'submit', class: 'first' }, 'Ask')
  const stop = el('button', { type: 'button', disabled: true }, 'Stop')
  const estimate = el('button', { type: 'button' }, 'What would it cost?')
  const labelled = (text: string, control: HTMLElement) =>
    el('div', { class: 'field' }, el('label', { for: control.id }, text), control)
  const element = el(
    'form',
    {},
    labelled('Model', model),
    labelled('System', system),
    labelled('Prompt', prompt),
    labelled('Longest answer, in tokens', most),
    el('div', { class: 'buttons' }, send, stop, estimate),
  )
  return {
    element,
    stop,
    estimate,
    busy(busy: boolean) {
      stop.disabled = !busy
    },
    question: (): Question => ({
      model: model.value,
      system: system.value.trim(),
      prompt: prompt.value,
      mostTokens: Number(most.value) || 1,
    }),
  }
}
