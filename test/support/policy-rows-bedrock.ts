/** The row of Bedrock's guardrails: nobody is asked without the operator's, wherever the call goes. */
import { expect } from 'vitest'
import { blockedHere } from '../../local/gateway/guardrails.ts'
import { ask, calm, fromMemory, fromModel, questionOf } from './policy-asks.ts'
import { expectRefused, lineOf } from './policy-checks.ts'
import { type Asked, regions } from './policy-gateway.ts'
import type { Row } from './policy-rows.ts'

const ids = { [regions.first]: 'eastern1', [regions.second]: 'western2' } as const

/** What each call was to be judged by: in Converse's body, or in a header. */
const judgedBy = ({ upstream }: Asked): readonly unknown[] =>
  upstream.map(({ operation, headers, body }) =>
    operation.startsWith('Converse')
      ? Object(Object(body).guardrailConfig).guardrailIdentifier
      : headers['x-amzn-bedrock-guardrailidentifier'],
  )

export const ofBedrock: Row = {
  name: 'Bedrock’s guardrail',
  by: ['guardrail'],
  promise:
    'Every conversation is judged by the operator’s guardrail, of the region it goes to; a caller’s own is refused.',
  onHit: 'An answer that was given without it is not told, and one that it stopped is never kept.',
  code: 'unsupported_parameter',
  teams: { judged: { guardrail: { id: ids, version: 3 } } },
  never: ({ route }) =>
    route.kind === 'chat' ? undefined : 'Guardrails of Bedrock’s judge conversations alone.',
  async holds(at) {
    const text = questionOf(at)
    if (at.hit) fromModel(at, await ask(at, calm, text), calm)
    const asked = await ask(at, 'judged', text)
    fromModel(at, asked, 'judged')
    expect(judgedBy(asked)).toEqual(at.fallback ? Object.values(ids) : [ids[regions.first]])
    if (at.hit) fromMemory(at, await ask(at, 'judged', text), 'judged')

    const blocked = `${blockedHere.input[0]} ${questionOf(at)}`
    for (let time = 0; time < (at.hit ? 2 : 1); time++) {
      const stopped = await ask(at, 'judged', blocked)
      fromModel(at, stopped, 'judged')
      expect(lineOf(stopped, 'judged', 'ok').stop).toBe('filtered')
    }
    if (!at.route.native) return
    const own = {
      'x-amzn-bedrock-guardrailidentifier': 'own',
      'x-amzn-bedrock-guardrailversion': '1',
    }
    const refused = await ask(at, 'judged', text, { headers: own })
    expectRefused(refused, at, 'judged', 'unsupported_parameter')
  },
}
