/** Reads, translates and answers in every chat dialect, in this process, round by round. */
import { openCatalogue } from '../lambda/catalogue.ts'
import type { AnswerFacts, ChatDialect, HttpRequest } from '../lambda/core/dialect.ts'
import { fit } from '../lambda/core/fit.ts'
import type { Model } from '../lambda/core/model.ts'
import { dialects } from '../lambda/dialects/index.ts'
import { callsOf, type Effort } from './bench.ts'
import { sizes } from './dialects.ts'
import { answerText, model as modelId, streamedTexts, textOf } from './dialects-asked.ts'
import gatewayConfig from './gateway-config.ts'
import type { Figures } from './tables.ts'

const catalogue = openCatalogue(gatewayConfig)
const caller = { team: 'platform', keyId: 'k1b2c3d4' }
const silent = () => {}
const words = 1000

const talking = dialects.filter((dialect): dialect is ChatDialect => dialect.task === 'chat')

const httpOf = ({ routes: [route] }: ChatDialect, text: string): HttpRequest => ({
  route: route ?? { method: 'POST', path: '' },
  pathParameters: {},
  query: {},
  headers: { 'content-type': 'application/json' },
  body: JSON.parse(text),
  text,
})

function modelNamed(name: string): Model {
  const { model } = catalogue.find(name, caller)
  if (model.task === 'embed') throw new Error(`${name} makes embeddings.`)
  return model
}

/** From the caller's text to the text that Bedrock is sent. */
function translated(dialect: ChatDialect, text: string): string {
  const asked = dialect.parse(httpOf(dialect, text), silent)
  const model = modelNamed(asked.model)
  return JSON.stringify(model.body.build(fit(asked, model, [], silent), model, silent))
}

const model = modelNamed(modelId)
const facts: AnswerFacts = {
  asked: modelId,
  model,
  created: 1_767_225_600,
  requestId: '0d9a6a3e-2f0c-4d3b-9b1e-5f4f9f7a1c11',
  costUsd: () => 0.0042,
}

/** From Bedrock's text to the caller's. */
const answered = (dialect: ChatDialect, http: HttpRequest): string =>
  dialect.format(model.body.read(JSON.parse(answerText), {}), facts, http).body

const streamed = streamedTexts(words)

/** From the JSON of each chunk to its frames. */
function told(dialect: ChatDialect, http: HttpRequest): number {
  const reader = model.body.openStream()
  const frame = dialect.openFrames(facts, http)
  const events = [...streamed.map((text) => reader.read(JSON.parse(text))), reader.end()]
  return events.flat().reduce((length, event) => length + frame(event).length, 0)
}

function cpuMicroseconds(times: number, run: () => unknown): number {
  const before = process.cpuUsage()
  for (let i = 0; i < times; i++) run()
  const { user, system } = process.cpuUsage(before)
  return (user + system) / times
}

/** Milliseconds by size, and microseconds of an answer and of a chunk. */
export type Measured = {
  readonly asking: Figures
  readonly answering: Figures
}

function measure(dialect: ChatDialect, effort: Effort): Measured {
  const asking = sizes.map(({ size, bytes, calls }): [string, number] => {
    const text = textOf(dialect.id, bytes)
    const taken = cpuMicroseconds(callsOf(effort, calls), () => translated(dialect, text))
    return [size, taken / 1000]
  })
  const http = httpOf(dialect, textOf(dialect.id, 4096))
  const answer = cpuMicroseconds(callsOf(effort, 2000), () => answered(dialect, http))
  const stream = cpuMicroseconds(callsOf(effort, 40), () => told(dialect, http))
  return {
    asking: Object.fromEntries(asking),
    answering: { 'an answer of 4 KB': answer, 'a streamed chunk': stream / words },
  }
}

const effort = JSON.parse(process.argv[2] ?? '') as Effort
const round = () =>
  Object.fromEntries(talking.map((dialect) => [dialect.id, measure(dialect, effort)]))
round()
const measured = Array.from({ length: effort.rounds }, round)
process.send?.(measured, () => process.exit())
