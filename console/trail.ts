/** The places a request was sent to, and what each said: `us-east-1 ThrottlingException → us-west-2 ok`. */
import { el } from './dom.ts'

export function trail(attempts: string): HTMLElement {
  const steps = attempts.split(',').map((attempt) => {
    const at = attempt.lastIndexOf(':')
    const [place, outcome] = [attempt.slice(0, at), attempt.slice(at + 1)]
    return el(
      'li',
      { class: outcome === 'ok' ? 'good' : 'bad' },
      place,
      ' ',
      el('span', {}, outcome === 'ok' ? 'answered' : outcome),
    )
  })
  return el('ol', { class: 'trail' }, steps)
}
