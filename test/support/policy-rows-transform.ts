/** The rows of transformers: nothing is sent or told but what the operator's code and models made of it. */
import { expect } from 'vitest'
import { type At, ask, calm, fromMemory, fromModel } from './policy-asks.ts'
import { expectRefused, lineOf, sentOf, shownOf } from './policy-checks.ts'
import { type Asked, billOf, code } from './policy-gateway.ts'
import type { Row } from './policy-rows.ts'

/** As text: it is part of the configuration of a gateway that is built from it. */
const inTexts = (from: string, to: string): string => `(block) =>
  block.type === 'text' ? { ...block, text: block.text.replaceAll('${from}', '${to}') } : block`
const request = code(`(request) => ({
  ...request,
  messages: request.messages.map((message) =>
    message.role === 'user'
      ? { ...message, content: message.content.map(${inTexts('dystopia', 'republic')}) }
      : message),
})`)
const reply = code(
  `(reply) => ({ ...reply, content: reply.content.map(${inTexts('republic', 'kingdom')}) })`,
)

const words = (at: At) => `What is the ${at.nth()}th dystopia?`

const byCode: Row = {
  name: 'transformers, code',
  by: ['transform'],
  promise:
    'What is sent and what is told have been through the operator’s functions; where an answer cannot be, it is not asked for.',
  onHit: 'The request is transformed before it is looked for, the answer after it is found.',
  code: 'unsupported_parameter',
  teams: {
    rewritten: { transform: { request: request as never } },
    retold: { transform: { request: request as never, reply: reply as never } },
  },
  async holds(at) {
    const text = words(at)
    const { native, kind } = at.route
    const asked = await ask(at, 'rewritten', text)
    fromModel(at, asked, 'rewritten')
    for (const sent of sentOf(asked)) {
      expect(sent).toContain('republic')
      expect(sent).not.toContain('dystopia')
    }
    if (at.hit) fromMemory(at, await ask(at, 'rewritten', text), 'rewritten')
    if (kind !== 'chat') return
    const told = await ask(at, 'retold', at.hit ? text : words(at))
    if (native) {
      expectRefused(told, at, 'retold', 'unsupported_parameter')
      return
    }
    if (at.hit) fromMemory(at, told, 'retold')
    else fromModel(at, told, 'retold')
    expect(shownOf(told)).toContain('kingdom')
    expect(shownOf(told)).not.toContain('republic')
  },
}

const writer = { prompt: 'Write it anew.', model: 'aside' } as const

/** Each is charged for what it had Bedrock do, the transformer's own call included. */
async function expectCharged(at: At, text: string): Promise<Asked> {
  const { used } = at.gateways.shared
  const before = await used('retelling')
  const asked = await ask(at, 'retelling', text)
  const after = await used('retelling')
  const { tokens, microUsd } = billOf(asked.billed)
  expect([after.tokens - before.tokens, after.microUsd - before.microUsd]).toEqual([
    tokens,
    microUsd,
  ])
  return asked
}

const byModels: Row = {
  name: 'transformers, models',
  by: ['transform'],
  promise:
    'A model that rewrites is shown nothing that the guard or a budget refuses, and its calls are charged to the team.',
  onHit: 'An answer from memory is rewritten each time, and that is charged.',
  code: 'guard_blocked',
  teams: {
    retelling: {
      limits: { limits: [{ usd: 1e6, per: 'month' }] },
      transform: { reply: writer },
    },
    guardedwriter: { guard: { deny: ['forbidden'] }, transform: { request: writer } },
    poorwriter: {
      limits: { limits: [{ usd: 0.000001, per: 'month' }] },
      transform: { request: writer },
    },
  },
  never: ({ route }) =>
    route.kind === 'count' ? 'For a count no model is asked to rewrite.' : undefined,
  async holds(at) {
    const { native, kind } = at.route
    const text = words(at)
    const forbidden = `Forbidden. ${words(at)}`
    expectRefused(await ask(at, 'guardedwriter', forbidden), at, 'guardedwriter', 'guard_blocked')
    expectRefused(await ask(at, 'poorwriter', text), at, 'poorwriter', 'budget_exceeded')
    if (at.hit) fromModel(at, await ask(at, calm, text), calm)
    if (kind !== 'chat') return
    const asked = await expectCharged(at, text)
    if (native) {
      expectRefused(asked, at, 'retelling', 'unsupported_parameter')
      return
    }
    expect([asked.statusCode, asked.headers['x-tollgate-cache']]).toEqual([
      200,
      at.hit ? 'hit' : 'miss',
    ])
    lineOf(asked, 'retelling', 'ok')
    const asking = asked.billed.map(({ model }) => model)
    expect(asking.filter((model) => model.includes('nova-micro'))).toHaveLength(1)
    expect(asking).toHaveLength(at.hit ? 1 : 2)
    expect(shownOf(asked)).toContain('[simulated amazon.nova-micro')
  },
}

export const ofTransformers: readonly Row[] = [byCode, byModels]
