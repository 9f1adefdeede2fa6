/** The whole gateway on this machine: the synthesised template served, its functions run. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { createDualServer, type DualServer } from '../dual-server.ts'
import { defineFunction } from '../function/definition.ts'
import { type FunctionHost, type LogLine, openPool } from '../function/pool.ts'
import type { Simulator } from '../simulator/index.ts'
import { readAssembly } from '../template/assembly.ts'
import { type Deployed, deploy } from '../template/deploy.ts'
import { NotServed } from '../template/values.ts'
import { readApi } from './api.ts'
import { type Bedrock, type BedrockChoice, openBedrock } from './bedrock.ts'
import { readConfiguration } from './configuration.ts'
import { makeCustomResource } from './custom-resources.ts'
import { createGateway, type RequestLine } from './gateway.ts'
import type { Timeouts } from './integrate.ts'
import { openState, type State } from './state.ts'
import { synthesise } from './synthesise.ts'

export type { LogLine } from '../function/pool.ts'
export type { BedrockChoice } from './bedrock.ts'
export type { RequestLine } from './gateway.ts'

export type LocalOptions = {
  /** Default 0: any free one. */
  readonly port?: number
  /** Default: the simulator. */
  readonly bedrock?: BedrockChoice
  /** Another gateway configuration than `tollgate.config.ts`. */
  readonly config?: string
  /** A folder that has been synthesised already. */
  readonly assembly?: string
  /** Gives up synthesising. */
  readonly signal?: AbortSignal
  /** Keeps keys and counts from run to run. */
  readonly state?: string
  /** Most environments of one function at once. Default 64. */
  readonly environments?: number
  /** Milliseconds since 1970, for quotas and throttles. */
  readonly now?: () => number
  readonly timeouts?: Timeouts
  /** What is being done until it is ready. */
  readonly progress?: (text: string) => void
  readonly onRequest?: (line: RequestLine) => void
  readonly onLog?: (line: LogLine) => void
}

export type Local = {
  readonly url: string
  /** By team. */
  readonly keys: Readonly<Record<string, string>>
  /** A key, and a model it may use; absent where no team of the configuration has a key. */
  readonly example: { readonly key: string; readonly model: string } | undefined
  /** By region; empty where AWS itself answers. */
  readonly bedrock: Readonly<Record<string, string>>
  readonly simulators: Readonly<Record<string, Simulator>>
  /** Resolves when no function is at work, so that all they had to log has been told. */
  readonly settled: () => Promise<void>
  readonly close: () => Promise<void>
}

const mostEnvironments = 64
const nothing = () => {}

export async function startLocal(options: LocalOptions = {}): Promise<Local> {
  const closing: (() => Promise<unknown>)[] = []
  const close = async () => {
    for (const step of closing.splice(0).reverse()) await step()
  }
  try {
    return await open(options, closing, close)
  } catch (error) {
    await close()
    throw error
  }
}

async function open(
  options: LocalOptions,
  closing: (() => Promise<unknown>)[],
  close: () => Promise<void>,
): Promise<Local> {
  const { progress = nothing, onLog = nothing, onRequest = nothing, now = Date.now } = options
  const gateway = Promise.withResolvers<ReturnType<typeof createGateway>>()
  gateway.promise.catch(nothing)
  /** Those who come before it is ready wait. */
  const server = createDualServer((request, response) => {
    gateway.promise.then((listen) => listen(request, response)).catch(nothing)
  })
  const { regions, modelOf } = await readConfiguration(options.config)
  const bedrock = await openBedrock(options.bedrock ?? { type: 'simulator' }, regions)
  closing.push(() => bedrock.close())
  const port = await listenOn(server, options.port ?? 0)
  closing.push(() => server.close())
  const state = await openState(options.state)
  closing.push(() => state.close())

  const assembly = await readAssembly(await assemblyOf(options, closing))
  const region = assembly.region ?? regions[0]
  progress('Starting the functions …')
  const pools = openPools(region, bedrock, options, onLog)
  closing.push(() => pools.close())
  const resources = await deployAll(assembly, region, pools, state)
  const api = readApi(resources, region)

  for (const { functionArn } of api.methods) pools.host(functionArn).warm()
  const { timeouts } = options
  gateway.resolve(
    createGateway({
      api,
      host: pools.host,
      counts: state.counts,
      now,
      log: onRequest,
      ...(timeouts !== undefined && { timeouts }),
    }),
  )
  const keys = Object.fromEntries(api.keys.map(({ team, value }) => [team, value]))
  const [example] = Object.entries(keys).flatMap(([team, key]) => {
    const model = modelOf(team)
    return model === undefined ? [] : [{ key, model }]
  })
  return {
    url: `http://127.0.0.1:${port}`,
    keys,
    example,
    bedrock: bedrock.urls,
    simulators: bedrock.simulators,
    settled: pools.settled,
    close,
  }
}

async function listenOn(server: DualServer, port: number): Promise<number> {
  try {
    return await server.listen(port)
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException
    if (code !== 'EADDRINUSE' && code !== 'EACCES') throw cause
    const problem = code === 'EADDRINUSE' ? 'is in use' : 'may not be used'
    throw new NotServed(
      `Port ${port} ${problem}; choose another with --port N, 0 for any free one.`,
    )
  }
}

async function assemblyOf(
  { assembly, config, signal, progress = nothing }: LocalOptions,
  closing: (() => Promise<unknown>)[],
): Promise<string> {
  if (assembly !== undefined) return assembly
  progress('Synthesising the CDK app …')
  const folder = await mkdtemp(join(tmpdir(), 'tollgate-'))
  closing.push(() => rm(folder, { recursive: true, force: true }))
  return synthesise(folder, config === undefined ? undefined : resolve(config), signal)
}

type Pools = {
  readonly host: (functionArn: string) => FunctionHost
  readonly add: (resource: Deployed) => void
  readonly settled: () => Promise<void>
  readonly close: () => Promise<void>
}

function openPools(
  region: string,
  { variables }: Bedrock,
  { environments: most = mostEnvironments }: LocalOptions,
  log: (line: LogLine) => void,
): Pools {
  const pools = new Map<string, FunctionHost>()
  const all = (work: (pool: FunctionHost) => Promise<void>) => async () => {
    await Promise.all([...pools.values()].map(work))
  }
  return {
    add(resource) {
      const arn = String(resource.attribute('Arn'))
      pools.set(arn, openPool(defineFunction(resource, arn), { region, variables, log, most }))
    },
    host(functionArn) {
      const pool = pools.get(functionArn)
      if (pool === undefined) throw new NotServed(`There is no function ${functionArn}.`)
      return pool
    },
    settled: all((pool) => pool.settled()),
    close: all((pool) => pool.close()),
  }
}

async function deployAll(
  assembly: Parameters<typeof deploy>[0],
  region: string,
  pools: Pools,
  state: State,
): Promise<readonly Deployed[]> {
  const resources: Deployed[] = []
  await deploy(assembly, region, {
    deployed(resource) {
      resources.push(resource)
      if (resource.type === 'AWS::Lambda::Function') pools.add(resource)
    },
    custom: (resource, stackId) => makeCustomResource(resource, stackId, pools.host, state),
  })
  return resources
}
