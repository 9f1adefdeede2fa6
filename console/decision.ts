/** Why a request was refused, and which one would have passed. */
import type { Decision } from './answers.ts'
import { el } from './dom.ts'
import { type Gateway, Problem } from './gateway.ts'
import { amountOf, fromNow, titleOf, windowOf } from './words.ts'

export async function explained(gateway: Gateway, id: string): Promise<HTMLElement> {
  try {
    return written(await gateway.get<Decision>(`/v1/decisions/${encodeURIComponent(id)}`))
  } catch (error) {
    if (!(error instanceof Problem)) throw error
    return el('p', { class: 'problem' }, error.message)
  }
}

function written({ message, limit, would_pass, id }: Decision): HTMLElement {
  return el(
    'div',
    { class: 'decision' },
    el('p', {}, message),
    limit === undefined ? undefined : el('p', {}, gone(limit)),
    would_pass === undefined ? undefined : el('p', {}, el('strong', {}, would_pass.says)),
    el('p', { class: 'quiet' }, `Decision ${id}`),
  )
}

function gone(limit: NonNullable<Decision['limit']>): string {
  if (!('measure' in limit)) return 'It is a limit of the provider’s, not of this gateway.'
  const { measure, window, used, reserved, asked, resets_at } = limit
  const amount = amountOf[measure]
  const whose = limit.whose === 'organisation' ? 'the whole organisation' : 'your team'
  const parts = [
    `${titleOf[measure]} of ${whose} ${windowOf[window]}: ${amount(used)} of ${amount(limit.limit)} used`,
    reserved > 0 ? `${amount(reserved)} held for calls on their way` : undefined,
    asked === undefined ? undefined : `this request asked for ${amount(asked)}`,
    resets_at === undefined ? undefined : `it begins anew ${fromNow(Date.parse(resets_at))}`,
  ]
  return `${parts.filter((part) => part !== undefined).join('; ')}.`
}
