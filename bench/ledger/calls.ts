/** Calls as teams make them: what the gateway would hold for each, what it comes to, and how long it takes. */
import type { Calibration } from '../../lambda/budget/calibration.ts'
import { likely, noUsage, worstCase } from '../../lambda/budget/estimate.ts'
import type { ChatCall } from '../../lambda/core/contracts.ts'
import { costMicroUsd, tokensOf } from '../../lambda/core/cost.ts'
import type { Amounts } from '../../lambda/core/ledger.ts'
import type { Model } from '../../lambda/core/model.ts'
import type { Usage } from '../../lambda/core/reply.ts'
import { termsOf } from '../../lambda/core/terms.ts'
import { models } from '../../lambda/models/index.ts'
import type { Random } from './random.ts'

export type Mode = 'hard' | 'tight'

export type Drawn = {
  readonly call: ChatCall
  readonly usage: Usage
  readonly actual: Amounts
  /** Milliseconds. */
  readonly lasts: number
}

export const team = 'search'

/** Three that a team may well use side by side. */
const names = [
  'anthropic.claude-haiku-4-5-20251001-v1:0',
  'amazon.nova-lite-v1:0',
  'meta.llama3-3-70b-instruct-v1:0',
]
const asked = models.filter((model): model is Model => names.includes(model.id))

/** Medians; most calls are shorter than the average one. */
const promptBytes = { median: 3_000, spread: 0.9, least: 40, most: 200_000 }
const bytesAToken = { median: 4, spread: 0.15, least: 1.5 }
const answerTokens = { median: 300, spread: 0.8 }
const mostAsked = [1_024, 4_096]
const firstMs = { median: 600, spread: 0.4 }
const tokenMs = { median: 12, spread: 0.3 }

const geographic = { geographic: false }
const nothing = () => {}
const text = 'x'.repeat(promptBytes.most)

export function drawCall({ uniform, lognormal }: Random): Drawn {
  const bytes = Math.round(
    Math.min(
      promptBytes.most,
      Math.max(promptBytes.least, lognormal(promptBytes.median, promptBytes.spread)),
    ),
  )
  const maxTokens = pick(mostAsked, uniform())
  const call = callOf(pick(asked, uniform()), text.slice(0, bytes), maxTokens)
  const each = Math.max(bytesAToken.least, lognormal(bytesAToken.median, bytesAToken.spread))
  const input = Math.ceil(bytes / each)
  const output = Math.ceil(Math.min(maxTokens, lognormal(answerTokens.median, answerTokens.spread)))
  const usage = { ...noUsage, input, output }
  const microUsd = costMicroUsd(usage, call.model, termsOf(call, geographic), Date.now()) ?? 0
  return {
    call,
    usage,
    actual: { requests: 1, tokens: tokensOf(usage), microUsd },
    lasts:
      lognormal(firstMs.median, firstMs.spread) +
      output * lognormal(tokenMs.median, tokenMs.spread),
  }
}

/** As the gateway's policy holds it. */
export function amountsOf(call: ChatCall, mode: Mode, calibration: Calibration): Amounts {
  const estimate =
    mode === 'hard' ? worstCase(call, geographic) : likely(call, geographic, calibration)
  return { requests: 1, tokens: estimate.tokens, microUsd: estimate.microUsd ?? 0 }
}

function pick<T>(of: readonly T[], share: number): T {
  const picked = of[Math.floor(share * of.length)]
  if (picked === undefined) throw new Error(`Nothing to pick from ${of.length}.`)
  return picked
}

const unwritten = (): never => {
  throw new Error('A simulated call has no body.')
}

const callOf = (model: Model, prompt: string, maxTokens: number): ChatCall => ({
  id: 'simulated',
  caller: { team, keyId: 'k1b2c3d4' },
  task: 'chat',
  model,
  targets: [],
  strategy: 'priority',
  written: { text: prompt, instead: unwritten },
  cloudflare: {},
  rules: [],
  body: model.body,
  request: {
    model: model.id,
    messages: [{ role: 'user', content: [{ type: 'text', text: prompt }] }],
    tools: [],
    sampling: {},
    maxTokens,
    stream: false,
  },
  notice: nothing,
  attempted: nothing,
  standing: nothing,
  looked: nothing,
  atEnd: nothing,
  record: { set: nothing, measure: nothing, fail: nothing, write: nothing },
  signal: new AbortController().signal,
  remaining: () => 900_000,
})
