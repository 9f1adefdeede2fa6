/** The edge of the gateway over a ledger of a test's own, and over a model that only says yes. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { json, text as textOf } from 'node:stream/consumers'
import middy from '@middy/core'
import httpJsonBodyParser from '@middy/http-json-body-parser'
import { vi } from 'vitest'
import { type AccountParts, accounts } from '../../lambda/account.ts'
import { openCatalogue } from '../../lambda/catalogue.ts'
import type { GatewayConfig } from '../../lambda/core/config.ts'
import type { Call, Chat } from '../../lambda/core/contracts.ts'
import { TollgateError } from '../../lambda/core/errors.ts'
import type { Amounts } from '../../lambda/core/ledger.ts'
import { type Reply, type ReplyEvent, replay } from '../../lambda/core/reply.ts'
import { dialects } from '../../lambda/dialects/index.ts'
import { type Answer, answer } from '../../lambda/edge/answer.ts'
import { type GatewayEvent, httpRequestOf, trailOf } from '../../lambda/edge/exchange.ts'
import { exchanges } from '../../lambda/edge/failures.ts'
import { inputGate, wellFormedText } from '../../lambda/edge/input-gate.ts'
import { listed } from '../../lambda/edge/other-routes.ts'
import { callReader } from '../../lambda/read-call.ts'
import { aimed } from '../../lambda/routing/aim.ts'
import type { FakeLedger } from './fake-ledger.ts'

const config: GatewayConfig = {
  regions: ['us-east-1'],
  models: {
    claude: 'anthropic.claude-haiku-4-5-20251001-v1:0',
    nova: 'amazon.nova-lite-v1:0',
    titan: 'amazon.titan-text-express-v1',
    vectors: 'amazon.titan-embed-text-v2:0',
  },
  plans: { hard: {}, tight: { mode: 'tight' } },
  teams: {
    demo: { plan: 'hard', models: '*' },
    few: { plan: 'tight', models: ['nova'] },
  },
}

/** What the function would write to its log. */
export const lines: string[] = []
vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
  lines.push(String(text))
  return true
})

/** Two millionths of a dollar a token; of the longest answer, a quarter is likely. */
const money = (tokens: number): Amounts => ({ requests: 1, tokens, microUsd: tokens * 2 })
const amountsOf = (call: Call) => {
  const longest = call.task === 'embed' ? 0 : call.request.maxTokens
  return { most: money(100 + longest), likely: money(80 + Math.ceil(longest / 4)) }
}

const reply: Reply = {
  content: [{ type: 'text', text: 'Yes.' }],
  stop: { reason: 'end' },
  usage: { input: 12, cacheRead: 0, cacheWrite5m: 0, cacheWrite1h: 0, output: 3 },
}

/** On a native route, the provider's bytes come first. */
async function* said({ native }: Call): AsyncGenerator<ReplyEvent> {
  const payload = Buffer.from('{"said": "Yes."}')
  if (native !== undefined) yield { type: 'native', payload, headers: {} }
  yield* replay(reply)
}

export type Asked = {
  readonly method?: string
  readonly resource: string
  readonly path?: Readonly<Record<string, string>>
  readonly query?: Readonly<Record<string, string>>
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, string>>
  readonly team?: string | undefined
}

export type Told = Omit<Answer, 'body'> & { readonly text: string; readonly json: Json }
// biome-ignore lint/suspicious/noExplicitAny: an answer is read as its client would
type Json = any

/** `upstream` stands between the ledger and the model. */
export function limited(
  ledger: FakeLedger,
  options: Partial<AccountParts> = {},
  upstream = () => {},
) {
  const catalogue = openCatalogue(config)
  const readCall = callReader(catalogue)
  const accountOf = accounts({
    ...{ config, catalogue, readCall, ledger },
    forecast: (call) => ({ prompt: 80, ...amountsOf(call), priced: call.model.price.length > 0 }),
    nameOf: ({ id }) => Object.entries(config.models).find(([, row]) => row === id)?.[0] ?? id,
    ...options,
  })

  const chat: Chat = async (call) => {
    const { id, caller, request } = call
    if (ledger.buckets.length > 0) call.standing(ledger.buckets)
    const amounts = amountsOf(call).most
    await ledger.hold({ id, caller, model: request.model, amounts, until: Date.now() + 1000 })
    upstream()
    const [first] = aimed(call)
    if (first === undefined) throw new Error('There is nowhere to go.')
    return { call: first.as(call), events: said(call) }
  }

  const handler = middy()
    .use(exchanges(dialects, ledger))
    .use(inputGate())
    .use(httpJsonBodyParser({ disableContentTypeError: true }))
    .use(wellFormedText())
    .handler(async (event: GatewayEvent) => {
      const { exchange } = event
      const { dialect, caller, record, requestId: id } = exchange
      if (dialect === undefined || caller === undefined)
        throw new TollgateError('invalid_api_key', 'No.')
      const http = httpRequestOf(event)
      if (dialect.task === 'list') throw new TollgateError('route_not_found', 'Not here.')
      if (dialect.task === 'account') {
        return listed(exchange, await dialect.answer(http, accountOf(exchange, caller)))
      }
      const { found, ...trail } = trailOf(exchange)
      const read = readCall(dialect, http, caller, trail.notice, found)
      const rest = { record, signal: new AbortController().signal, remaining: () => 60_000 }
      const call = { id, caller, ...read, ...trail, ...rest, cloudflare: {} }
      return answer(exchange, dialect, { call, http, reply: await chat(call) })
    }) as unknown as (event: unknown, context: object) => Promise<Answer>

  return async function ask(asked: Asked): Promise<Told> {
    const { body, ...told } = await handler(eventOf(asked), {})
    const text = typeof body === 'string' ? body : await textOf(body)
    return { ...told, text, json: text.startsWith('{') ? JSON.parse(text) : undefined }
  }
}

let requests = 0

function eventOf({ method = 'POST', resource, path, query, ...asked }: Asked) {
  const { body, headers, team = 'demo' } = asked
  return {
    httpMethod: method,
    resource,
    headers: { 'content-type': 'application/json', ...headers },
    body: body === undefined ? null : Buffer.from(JSON.stringify(body)).toString('base64'),
    isBase64Encoded: body !== undefined,
    pathParameters: path ?? null,
    queryStringParameters: query ?? null,
    requestContext: {
      requestId: `request-${requests++}`,
      identity: {},
      authorizer: team === '' ? {} : { team, keyId: 'abcd1234' },
    },
  }
}

type Ask = (asked: Asked) => Promise<Told>

export type ServedEdge = {
  readonly url: string
  /** When each request came, by `performance.now()`. */
  readonly arrivals: readonly number[]
  readonly close: () => void
}

/** The same by HTTP, for clients; routes without parameters. */
export async function serveEdge(ask: Ask): Promise<ServedEdge> {
  const arrivals: number[] = []
  const server = createServer(async (request, response) => {
    arrivals.push(performance.now())
    const { pathname } = new URL(request.url ?? '', 'http://gateway')
    const headers = request.headers as Record<string, string>
    const told = await ask({ resource: pathname, headers, body: await json(request) })
    response.writeHead(told.statusCode, told.headers).end(told.text)
  })
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  const { port } = server.address() as AddressInfo
  const close = () => void server.close().closeAllConnections()
  return { url: `http://127.0.0.1:${port}`, arrivals, close }
}
