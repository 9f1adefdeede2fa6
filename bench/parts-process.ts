/** Measures each part in this process, round by round, and tells all of it at the end. */
import httpJsonBodyParser from '@middy/http-json-body-parser'
import { openCatalogue } from '../lambda/catalogue.ts'
import type { TargetedCall } from '../lambda/core/contracts.ts'
import { fit } from '../lambda/core/fit.ts'
import type { Standing } from '../lambda/core/ledger.ts'
import { question } from '../lambda/dialects/question.ts'
import { exchangeOpener, finish, type GatewayEvent } from '../lambda/edge/exchange.ts'
import { inputGate, wellFormedText } from '../lambda/edge/input-gate.ts'
import { askedOf, toldOf } from '../lambda/policies/gen-ai.ts'
import type { Effort } from './bench.ts'
import config from './gateway-config.ts'
import { guarded } from './guarded.ts'
import { type Parts, recordLine } from './parts.ts'
import { model as modelId, promptOf, restEvent } from './question.ts'

const catalogue = openCatalogue(config)
const caller = { team: 'platform', keyId: 'k1b2c3d4' }
const open = exchangeOpener([question], config)
const silent = () => {}

type Part = { readonly name: string; readonly calls: number; readonly run: () => unknown }
type Before = (request: { event: GatewayEvent }) => unknown

function fromParsedToBody(): unknown {
  const asked = question.parse(http, silent)
  const { model } = catalogue.find(asked.model, caller)
  if (model.task === 'embed') return undefined
  const request = fit(asked, model, [], silent)
  return JSON.stringify(model.body.build(request, model, silent))
}

const http = {
  route: { method: 'POST', path: '/bedrock' },
  pathParameters: {},
  query: {},
  headers: { 'content-type': 'application/json' },
  text: '',
  body: { model: modelId, question: promptOf(1024), max_tokens: 512 },
} as const

/** What the line says of the call itself. */
function call(): TargetedCall {
  const { model, targets } = catalogue.find(modelId, caller)
  const [target] = targets
  if (target === undefined || model.task === 'embed') throw new Error('The catalogue lost a model.')
  const request = fit(question.parse(http, silent), model, [], silent)
  return { task: 'chat', request, model, target } as unknown as TargetedCall
}
const asked = call()
const usage = { input: 200, output: 100, cacheRead: 0, cacheWrite5m: 0, cacheWrite1h: 0 }
const resetsAt = Date.now() + 86_400_000
const limit = { window: 'month', limit: 1e9, used: 3e8, reserved: 1e6, resetsAt } as const
const standings: readonly Standing[] = [
  { ...limit, whose: 'team', measure: 'requests', then: 'refuse' },
  { ...limit, whose: 'team', measure: 'micro-usd', then: 'refuse' },
]

/** Everything a whole answer's line says, from the exchange's opening to its writing. */
function writeLine(): void {
  const exchange = open(restEvent1)
  const { record } = exchange
  record.set({ stream: false, model: modelId, task: 'chat' })
  record.set(askedOf(asked))
  record.set({ target: `us.${modelId}`, region: 'us-east-1', model: modelId })
  exchange.attempts.push({ target: asked.target, outcome: 'ok', ms: 812.3 })
  exchange.standings = standings
  record.set({ outcome: 'ok', stop: 'end', ...toldOf(asked, { reason: 'end' }, usage) })
  record.measure({ InputTokens: 200, OutputTokens: 100, CostMicroUsd: 216 })
  record.measure({ CacheReadTokens: 0, CacheWriteTokens: 0, FirstByteMs: 815.1, OverheadMs: 2.8 })
  finish(exchange, 200)
}

const restEvent1 = restEvent(1024, false) as unknown as GatewayEvent
const large = restEvent(1024 * 1024, false) as unknown as GatewayEvent
large.exchange = open(large)

const middlewares = {
  'input gate': inputGate().before as Before,
  'JSON parser': httpJsonBodyParser({ disableContentTypeError: true }).before as unknown as Before,
  'lone surrogates': wellFormedText().before as Before,
}

/** Each middleware works on what the one before it left. */
const middlewareParts: readonly Part[] = Object.entries(middlewares).map(([name, before], at) => {
  const event = { ...large }
  for (const earlier of Object.values(middlewares).slice(0, at)) earlier({ event })
  return { name: `${name}, a MB`, calls: 20, run: () => before({ event: { ...event } }) }
})

const all: readonly Part[] = [
  { name: 'parse, find, fit and build, a request', calls: 5_000, run: fromParsedToBody },
  { name: recordLine, calls: 2_000, run: writeLine },
  ...middlewareParts,
  ...guarded,
]

function cpuMicroseconds({ calls, run }: Part, share: number): number {
  const times = Math.max(2, Math.round(calls * share))
  const before = process.cpuUsage()
  for (let i = 0; i < times; i++) run()
  const { user, system } = process.cpuUsage(before)
  return (user + system) / times
}

const { rounds, share } = JSON.parse(process.argv[2] ?? '') as Effort
for (const part of all) cpuMicroseconds(part, share)
const measured = Array.from(
  { length: rounds },
  (): Parts => Object.fromEntries(all.map((part) => [part.name, cpuMicroseconds(part, share)])),
)
process.send?.(measured, () => process.exit())
