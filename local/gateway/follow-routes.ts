/** The local gateway's own routes, under `/_local/`: follow the log, read its metrics, switch faults. */
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import { closest } from '../../lambda/core/closest.ts'
import { BedrockException } from '../simulator/exceptions.ts'
import { readOrder } from '../simulator/fault-orders.ts'
import { describedFaults } from '../simulator/faults.ts'
import type { Simulator } from '../simulator/index.ts'
import { isValues, type Values } from '../template/values.ts'
import type { Feed } from './follow.ts'
import { streamTo } from './follow-stream.ts'
import { readBody } from './incoming.ts'
import type { KeyRegistry } from './key-registry.ts'

export type OwnRoutes = {
  readonly feed: Feed
  readonly keys: Pick<KeyRegistry, 'keyOf'>
  readonly simulators: Readonly<Record<string, Simulator>>
}

type Asked = {
  readonly request: IncomingMessage
  readonly response: ServerResponse
  readonly query: URLSearchParams
  /** Whose lines alone are told. */
  readonly team: string | undefined
}

/** What went wrong, with its status. */
class Refused extends Error {
  readonly status: number
  constructor(status: number, message: string) {
    super(message)
    this.status = status
  }
}

type Route = (own: OwnRoutes, asked: Asked) => unknown

/** What is given back is told as JSON; the log is streamed instead. */
const routes: Readonly<Record<string, Route>> = {
  'GET /_local/follow': ({ feed }, asked) => streamTo(feed, asked),
  'GET /_local/metrics': ({ feed }, { team }) => ({ metrics: feed.metrics(team) }),
  'GET /_local/simulators': ({ simulators }) => switches(simulators),
  'POST /_local/faults': async ({ simulators }, { request }) => {
    order(simulators, await bodyOf(request))
    return switches(simulators)
  },
}

const prefix = '/_local/'

/** Looks at a request first, and leaves to the gateway what is the gateway's. */
export function besideOwnRoutes(own: OwnRoutes, gateway: RequestListener): RequestListener {
  return function listen(request, response) {
    const [path = '', query = ''] = (request.url ?? '').split('?')
    if (!path.startsWith(prefix)) return gateway(request, response)
    answer(own, request, response, { path, query: new URLSearchParams(query) })
      .catch((thrown: unknown) => {
        if (!(thrown instanceof Refused)) throw thrown
        tell(response, thrown.status, { message: thrown.message })
      })
      .catch(() => response.destroy())
  }
}

async function answer(
  own: OwnRoutes,
  request: IncomingMessage,
  response: ServerResponse,
  { path, query }: { readonly path: string; readonly query: URLSearchParams },
): Promise<void> {
  checkHere(request)
  const route = `${request.method} ${path}`
  const handle = Object.hasOwn(routes, route) ? routes[route] : undefined
  if (handle === undefined) {
    throw new Refused(404, `${route} is not there; there are ${Object.keys(routes).join(', ')}.`)
  }
  const team = teamOf(own, request, query)
  const told = await handle(own, { request, response, query, team })
  if (told !== undefined) tell(response, 200, told)
}

const hosts: ReadonlySet<string> = new Set(['localhost', '127.0.0.1', '[::1]'])

/**
 * A page from elsewhere may send a request here, by a name of its own that leads here too (DNS
 * rebinding); but it cannot choose what the browser says as `Host` and `Origin`.
 */
function checkHere({ headers }: IncomingMessage): void {
  const host = headers.host ?? String(headers[':authority'] ?? '')
  const at = `http://${host}`
  if (!URL.canParse(at) || !hosts.has(new URL(at).hostname)) {
    throw new Refused(403, 'Host: these routes answer to localhost, 127.0.0.1 and [::1] alone.')
  }
  const { origin } = headers
  if (origin !== undefined && origin !== at) {
    throw new Refused(403, `Origin: a page of ${origin} may not ask here, one of ${at} may.`)
  }
}

/** With a key, that of its team; without one, all, or the team that is named. */
function teamOf({ keys }: OwnRoutes, { headers }: IncomingMessage, query: URLSearchParams) {
  const named = query.get('team') ?? undefined
  const value = headers['x-api-key']
  if (value === undefined) return named
  const key = keys.keyOf(String(value))
  if (key === undefined || !key.enabled) {
    throw new Refused(
      401,
      'x-api-key: this gateway does not know the key; without one, all is told.',
    )
  }
  if (named !== undefined && named !== key.team) {
    throw new Refused(403, `team: the key is of ${key.team}, so it cannot follow ${named}.`)
  }
  return key.team
}

async function bodyOf(request: IncomingMessage): Promise<Values> {
  const body = await readBody(request)
  try {
    const value: unknown = body.type === 'whole' ? JSON.parse(body.bytes.toString()) : undefined
    if (isValues(value)) return value
  } catch {}
  throw new Refused(
    400,
    'The body: needs JSON such as {"region": "us-east-1", "fault": "throttle"}.',
  )
}

const switches = (simulators: OwnRoutes['simulators']) => ({
  simulators: Object.values(simulators).map(({ region, url, requests, faults }) => ({
    region,
    url,
    requests: requests.length,
    faults: faults(),
  })),
  known: describedFaults(),
})

/** `null` lifts what is ordered; without a region, everywhere. */
function order(simulators: OwnRoutes['simulators'], body: Values): void {
  const { region, fault, ...limits } = body
  const all = Object.keys(simulators)
  if (all.length === 0)
    throw new Refused(409, 'No simulator answers here, so nothing can be switched.')
  const chosen = region === undefined ? all : all.filter((one) => one === region)
  if (chosen.length === 0) {
    const meant = closest(String(region), all)
    const hint = meant === undefined ? '' : ` Did you mean ${meant}?`
    throw new Refused(
      400,
      `region: got ${JSON.stringify(region)}; there are ${all.join(', ')}.${hint}`,
    )
  }
  for (const name of chosen) {
    if (fault === null) simulators[name]?.clearFaults()
    else orderOne(simulators[name], { fault, ...limits })
  }
}

function orderOne(simulator: Simulator | undefined, body: Values): void {
  try {
    const { fault, limits } = readOrder(body)
    simulator?.fault(fault, limits)
  } catch (thrown) {
    if (thrown instanceof BedrockException) throw new Refused(400, thrown.message)
    throw thrown
  }
}

function tell(response: ServerResponse, status: number, body: unknown): void {
  const headers = { 'content-type': 'application/json', 'cache-control': 'no-store' }
  response.writeHead(status, headers).end(`${JSON.stringify(body)}\n`)
}
