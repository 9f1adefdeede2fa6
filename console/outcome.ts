/** Says what came of a question: its cost and its way, what it would cost, or why there is no answer. */
import type { Estimate } from './answers.ts'
import type { Outcome } from './asking.ts'
import { explained } from './decision.ts'
import { el } from './dom.ts'
import { type Gateway, Problem } from './gateway.ts'
import { trail } from './trail.ts'
import { counted, many, milliseconds, money } from './words.ts'

export function facts({
  inputTokens,
  outputTokens,
  usd,
  firstMs,
  wholeMs,
  ...rest
}: Outcome): readonly Node[] {
  const line = [
    usd === undefined ? 'no price is known' : money(usd),
    `${many(inputTokens, 'token')} in, ${counted(outputTokens)} out`,
    milliseconds(wholeMs),
    firstMs === undefined ? undefined : `first word after ${milliseconds(firstMs)}`,
    rest.cache === 'hit' ? 'from the cache' : undefined,
  ].filter((part) => part !== undefined)
  const [cost = '', ...others] = line
  return [
    el(
      'p',
      {},
      el('strong', {}, cost),
      others.map((part) => ` · ${part}`),
    ),
    ...(rest.attempts === undefined ? [] : [trail(rest.attempts)]),
    ...(rest.notice === undefined ? [] : [el('p', { class: 'quiet' }, `Notice: ${rest.notice}`)]),
  ]
}

export function foreseen({ tokens, cost_usd, allowed, would_pass }: Estimate): readonly Node[] {
  const { likely, most } = cost_usd
  const cost =
    likely === null || most === null
      ? 'No price is known'
      : `Likely ${money(likely)}, at most ${money(most)}`
  const prompt = `about ${counted(tokens.input_estimate)} tokens in, at most ${counted(tokens.output_most)} out`
  return [
    el('p', {}, el('strong', {}, cost), ` · ${prompt}`),
    el(
      'p',
      {},
      allowed ? 'It would be let through now.' : (would_pass?.says ?? 'It would be refused now.'),
    ),
  ]
}

export async function failure(gateway: Gateway, error: unknown): Promise<Node> {
  if (error instanceof DOMException && error.name === 'AbortError') return el('p', {}, 'Stopped.')
  if (!(error instanceof Problem)) throw error
  const { status, code, message, decision } = error
  const title = status >= 400 ? `Refused: ${status} ${code}` : 'It failed'
  return el(
    'div',
    { class: 'refused' },
    el('h4', {}, title),
    decision === undefined ? el('p', {}, message) : await explained(gateway, decision),
  )
}
