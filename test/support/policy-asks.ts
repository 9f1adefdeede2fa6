/** How a row of the law asks, and the ways of holding that several policies share. */
import { expect } from 'vitest'
import type { ErrorCode } from '../../lambda/core/errors.ts'
import { expectAnswered, expectRefused, sentOf, shownOf, type Way } from './policy-checks.ts'
import { type Asked, billOf, type Gateway } from './policy-gateway.ts'
import { type Route, routes } from './policy-routes.ts'

export type At = Way & {
  /** Teams share one memory, or each has its own. */
  readonly gateways: { readonly shared: Gateway; readonly apart: Gateway }
  /** Differs from call to call. */
  readonly nth: () => number
  /** Answers that must be remembered, beyond those of before. */
  readonly kept: (asked: Asked) => void
  /** Alias of the conversations, or vectors, that this way is asked for. */
  readonly model: string
}

export type More = {
  /** Besides those of the cache. */
  readonly headers?: Readonly<Record<string, string>>
  readonly key?: string
  readonly gateway?: Gateway
  readonly model?: string
  readonly template?: Route
}

export const maxTokens = 200

export async function ask(at: At, team: string, text: string, more: More = {}): Promise<Asked> {
  const { gateway = at.gateways.shared, key, model = at.model, template, headers: others } = more
  const said = { model, text, maxTokens, stream: template === chat ? false : at.stream }
  const request = template?.byTemplate?.(said) ?? at.route.ask(said)
  const headers = {
    'x-tollgate-cache-ttl': '86400',
    ...(key !== undefined && { 'x-tollgate-cache-key': key }),
    ...others,
  }
  const { caller, fallback: failing } = at
  const asked = await gateway.ask({ team, caller, request, headers, failing })
  at.kept(asked)
  return asked
}

export const chat = routes.find(({ name }) => name === 'POST /v1/chat/completions')

export const questionOf = ({ nth }: At): string => `What is the ${nth()}th dystopia?`

export const fromModel = (at: At, asked: Asked, team: string) =>
  expectAnswered(asked, at, { team, from: 'model' })
export const fromMemory = (at: At, asked: Asked, team: string) =>
  expectAnswered(asked, at, { team, from: 'memory' })

/** Paused once they have been asked for this. */
export const stopped = {
  policy: 'paused model',
  ...{ words: 'stopped', vectors: 'vectorsstopped', text: 'Who stopped?' },
} as const

/** May ask for anything, and shares what it is told. */
export const calm = 'free'

/** Nothing that `team` asks is answered, and nothing is charged; not even what others were told before. */
export const refusing = (team: string, code: ErrorCode, more: More = {}) =>
  async function refused(at: At): Promise<void> {
    const text = questionOf(at)
    if (at.hit) fromModel(at, await ask(at, calm, text), calm)
    const before = await at.gateways.shared.used(team)
    expectRefused(await ask(at, team, text, more), at, team, code)
    expect(await at.gateways.shared.used(team)).toEqual(before)
    if (at.hit) fromMemory(at, await ask(at, calm, text), calm)
  }

/** Of the rules of one team: `bad` is refused and `good` is not, also by a key that stands for both. */
export const judging = (team: string, code: ErrorCode, good: string, bad: string) =>
  async function judged(at: At): Promise<void> {
    const say = (words: string) => `${words} ${questionOf(at)}`
    const more = at.hit ? { key: `key-${at.nth()}` } : {}
    fromModel(at, await ask(at, team, say(good), more), team)
    expectRefused(await ask(at, team, say(bad), more), at, team, code)
    if (at.hit) fromMemory(at, await ask(at, team, say(good), more), team)
  }

/** `poor` has too little for any call, `rich` enough for all of them: each is charged what Bedrock billed. */
export const spending = (poor: string, rich: string) =>
  async function spent(at: At): Promise<void> {
    const { used } = at.gateways.shared
    const text = questionOf(at)
    const free = at.hit || at.route.kind === 'count'
    if (at.hit) fromModel(at, await ask(at, calm, text), calm)
    for (const team of [poor, rich]) {
      const before = await used(team)
      const asked = await ask(at, team, text)
      const after = await used(team)
      if (team === poor && !free) {
        expectRefused(asked, at, team, 'budget_exceeded')
        expect(after).toEqual(before)
        continue
      }
      const from = at.hit ? 'memory' : 'model'
      expectAnswered(asked, at, { team, from })
      const { tokens, microUsd } = billOf(asked.billed)
      expect([tokens > 0, microUsd > 0]).toEqual([!free, !free])
      expect(after).toEqual({
        requests: before.requests + 1,
        tokens: before.tokens + tokens,
        microUsd: before.microUsd + microUsd,
      })
    }
  }

export const wordless = ({ route }: Pick<Way, 'route'>): string | undefined =>
  route.kind === 'chat' ? undefined : 'A count or a vector has no words that a rule could read.'

/** In the middle of what the simulated Bedrock shows of a long text, so that no answer repeats it. */
export const hidden = 'OPERATORS-ONLY'
export const secret = `${'Be kind. '.repeat(40)}${hidden}${' Be brief.'.repeat(40)}`

/** Every body holds the operator's words, and nothing that comes back does. */
export function expectDecorated(asked: Asked): void {
  for (const sent of sentOf(asked)) expect(sent).toContain(hidden)
  expect(shownOf(asked)).not.toContain(hidden)
}
