/** A gateway of two regions for the law of policies: asked by key or token, while its first region may fail. */
import { expect } from 'vitest'
import { openDeployment } from '../../cli/deployment.ts'
import type { GatewayConfig } from '../../lambda/core/config.ts'
import { costMicroUsd, tokensOf } from '../../lambda/core/cost.ts'
import type { Amounts } from '../../lambda/core/ledger.ts'
import { anyModelById } from '../../lambda/models/index.ts'
import { withoutProfile } from '../../lambda/models/profiles.ts'
import type { Bill, RecordedRequest, Simulator } from '../../local/simulator/index.ts'
import type { InProcessAnswer, InProcessRequest } from './in-process.ts'
import { type Issuer, nowInSeconds } from './issuer.ts'
import { type Served, served } from './served.ts'

export const regions = { first: 'us-east-1', second: 'us-west-2' } as const

export type Caller = 'key' | 'token'

export type Asking = {
  readonly team: string
  readonly caller: Caller
  readonly request: InProcessRequest
  readonly headers?: Readonly<Record<string, string>>
  /** The first region fails the first that reaches it. */
  readonly failing: boolean
}

export type Asked = InProcessAnswer & {
  /** What reached Bedrock, the first region's first. */
  readonly upstream: readonly RecordedRequest[]
  readonly billed: readonly Bill[]
}

export type Gateway = {
  readonly ask: (asking: Asking) => Promise<Asked>
  /** What the ledger's table says of a team this month, with what is held; of one without limits nothing. */
  readonly used: (team: string) => Promise<Amounts>
  /** How many answers are remembered for all, and for these teams alone. */
  readonly remembered: (teams: readonly string[]) => Promise<number>
  readonly local: Served['local']
  readonly deployment: () => ReturnType<typeof openDeployment>
}

export const auth = (issuer: Issuer) => ({
  jwt: { issuer: issuer.url, audience: 'gateway', teamClaim: 'team' },
})

/** Times a model must answer in the first region for each failure, so that no breaker opens. */
const answersForFailure = 2
/** So many answers count for failures to come: of five in a row a breaker opens. */
const mostAhead = 4

/** Seconds a token is good for. */
const tokenSeconds = 3_000

export function policyGateway(config: GatewayConfig, issuer: Issuer, calm: string): Gateway {
  const gateway = served(config, sourceOf(config))
  const { local, lines } = gateway
  const tokens = new Map<string, { readonly text: string; readonly until: number }>()
  const owed = new Map<string, number>()

  function tokenOf(team: string): string {
    const known = tokens.get(team)
    if (known !== undefined && known.until > nowInSeconds()) return known.text
    const text = issuer.token({ team, exp: nowInSeconds() + tokenSeconds })
    tokens.set(team, { text, until: nowInSeconds() + tokenSeconds - 300 })
    return text
  }

  const credential = (team: string, caller: Caller): Readonly<Record<string, string>> =>
    caller === 'key'
      ? { 'x-api-key': gateway.key(team) }
      : { authorization: `Bearer ${tokenOf(team)}` }

  const simulatorOf = (region: string): Simulator => {
    const simulator = local().simulators[region]
    if (simulator === undefined) throw new Error(`Nobody answers as ${region}.`)
    return simulator
  }

  async function send({ team, caller, request, headers }: Asking): Promise<Asked> {
    const { method = 'POST', resource = '/bedrock', path = {}, query, body } = request
    const filled = resource.replaceAll(/\{(\w+)\}/g, (_, name: string) =>
      encodeURIComponent(path[name] ?? ''),
    )
    const search = query === undefined ? '' : `?${new URLSearchParams(query)}`
    const simulators = Object.values(regions).map(simulatorOf)
    const seen = simulators.map(({ requests, billed }) => [requests.length, billed.length] as const)
    const from = lines.length
    const response = await fetch(`${gateway.url()}${filled}${search}`, {
      method,
      headers: { 'content-type': 'application/json', ...credential(team, caller), ...headers },
      ...(body !== undefined && { body: String(body) }),
    })
    const bytes = Buffer.from(await response.arrayBuffer())
    await local().settled()
    return {
      statusCode: response.status,
      headers: Object.fromEntries(response.headers),
      ...{ text: bytes.toString(), bytes },
      lines: lines
        .slice(from)
        .map(({ line }) => JSON.parse(line) as Record<string, unknown>)
        .filter(({ route }) => route !== undefined),
      upstream: simulators.flatMap(({ requests }, at) => requests.slice(seen[at]?.[0])),
      billed: simulators.flatMap(({ billed }, at) => billed.slice(seen[at]?.[1])),
    }
  }

  const owe = (model: string, more: number) =>
    owed.set(model, Math.max(-mostAhead, (owed.get(model) ?? 0) + more))

  /** Asked while all is well, so that failures stay few. */
  async function calmed(asking: Asking): Promise<void> {
    const model = modelOf(asking.request)
    while ((owed.get(model) ?? 0) > 0) {
      const body = model.startsWith('vectors')
        ? { resource: '/v1/embeddings', body: JSON.stringify({ model, input: 'Well?' }) }
        : { body: JSON.stringify({ model, question: 'Well?', max_tokens: 5 }) }
      const headers = { 'x-tollgate-skip-cache': 'true' }
      const { statusCode } = await send({
        ...{ team: calm, caller: 'key', request: body, headers, failing: false },
      })
      expect(statusCode).toBe(200)
      owe(model, -1)
    }
  }

  async function ask(asking: Asking): Promise<Asked> {
    const model = modelOf(asking.request)
    if (!asking.failing) {
      const asked = await send(asking)
      if (asked.upstream.length > 0) owe(model, -1)
      return asked
    }
    await calmed(asking)
    const first = simulatorOf(regions.first)
    first.fault('throttle', { times: 1 })
    const asked = await send(asking)
    first.clearFaults()
    if (asked.upstream.length > 0) owe(model, answersForFailure)
    return asked
  }

  const deployment = () =>
    openDeployment(
      config,
      {
        ...{ configFile: '', local: { url: local().url, aws: local().aws }, stack: undefined },
        aws: {
          endpoint: local().aws,
          credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
        },
      },
      Date.now,
    )
  let opened: ReturnType<typeof deployment> | undefined
  const open = () => {
    opened ??= deployment()
    return opened
  }

  const isLimited = (team: string): boolean =>
    Object.keys(config.plans[config.teams[team]?.plan ?? ''] ?? {}).length > 0

  return {
    ask,
    local,
    deployment: open,
    async used(team) {
      if (!isLimited(team)) return { requests: 0, tokens: 0, microUsd: 0 }
      const { store } = await open()
      const items = await store.list(`team#${team}`, '')
      const sum = (letter: string) =>
        items
          .flatMap((item) => Object.entries(item))
          .filter(([name]) => new RegExp(`^${letter}m[0-9a-z]+$`).test(name))
          .reduce((all, [, value]) => all + Number(value), 0)
      return { requests: sum('r'), tokens: sum('t'), microUsd: sum('u') }
    },
    async remembered(teams) {
      const { store } = await open()
      const scopes = ['shared', ...teams.map((team) => `team#${team}`)]
      const items = await Promise.all(scopes.map((scope) => store.list(`cache#${scope}`, '')))
      return items.flat().length
    },
  }
}

const marks = ['<code>', '</code>'] as const

/** In a configuration that is text: the code that stands in its place there. */
export const code = (text: string): string => marks.join(text)

function sourceOf(config: GatewayConfig): string {
  const [start, end] = marks
  const json = JSON.stringify(config).replaceAll(
    new RegExp(`"${start}(.*?)${end}"`, 'g'),
    (_, text: string) => JSON.parse(`"${text}"`) as string,
  )
  return `export default ${json}\n`
}

/** As the request names it. */
function modelOf({ path = {}, body }: InProcessRequest): string {
  const said = body === undefined ? {} : (JSON.parse(String(body)) as { model?: string })
  return path.modelId ?? path.model ?? said.model ?? ''
}

/** What Bedrock bills, each call's cost rounded up by itself. */
export function billOf(bills: readonly Bill[]): Omit<Amounts, 'requests'> {
  const costs = bills.map((bill) => {
    const model = anyModelById.get(bill.model)
    const { scope } = withoutProfile(bill.modelId)
    const geographic = scope !== undefined && scope !== 'global'
    const microUsd = model && costMicroUsd(bill, model, { geographic }, bill.at)
    return { tokens: tokensOf(bill), microUsd: microUsd ?? Number.NaN }
  })
  const sum = (of: 'tokens' | 'microUsd') => costs.reduce((all, cost) => all + cost[of], 0)
  return { tokens: sum('tokens'), microUsd: sum('microUsd') }
}
