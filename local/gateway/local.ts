/** The whole gateway on this machine: the synthesised template served, its functions run. */

import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { apiGatewayService } from '../aws/api-gateway.ts'
import { cloudFormationService } from '../aws/cloudformation.ts'
import type { BusEvent } from '../aws/events.ts'
import { createDualServer, type DualServer } from '../dual-server.ts'
import type { LogLine } from '../function/pool.ts'
import type { Simulator } from '../simulator/index.ts'
import { readAssembly } from '../template/assembly.ts'
import { type Deployed, deploy } from '../template/deploy.ts'
import { NotServed, type Values } from '../template/values.ts'
import { readApi } from './api.ts'
import { openAws } from './aws.ts'
import { type BedrockChoice, openBedrock } from './bedrock.ts'
import { openCloudflare } from './cloudflare.ts'
import { readConfiguration } from './configuration.ts'
import { makeCustomResource } from './custom-resources.ts'
import { openFeed } from './follow.ts'
import { besideOwnRoutes } from './follow-routes.ts'
import { createGateway, type RequestLine } from './gateway.ts'
import type { Timeouts } from './integrate.ts'
import { openKeyRegistry } from './key-registry.ts'
import { outputsHere } from './outputs.ts'
import { ownSecrets } from './own-secrets.ts'
import { openPools, type Pools } from './pools.ts'
import { openState, type State } from './state.ts'
import { synthesise } from './synthesise.ts'

export type { BusEvent } from '../aws/events.ts'
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
  /** Keeps keys, counts and the table from run to run. */
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
  /** Where the other AWS services answer, each to what is signed for it. */
  readonly aws: string
  /** What functions have put on the event bus. */
  readonly events: () => readonly BusEvent[]
  /** Of the stack; an address of the API is the one here. */
  readonly outputs: Readonly<Record<string, string>>
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
  const { environments: most = mostEnvironments, timeouts } = options
  const gateway = Promise.withResolvers<ReturnType<typeof createGateway>>()
  gateway.promise.catch(nothing)
  const feed = openFeed(Date.now)
  /** Those who come before it is ready wait. */
  const server = createDualServer((request, response) => {
    gateway.promise.then((listen) => listen(request, response)).catch(nothing)
  })
  const configuration = await readConfiguration(options.config)
  const { regions, modelOf, secrets, cloudflare, guardrails } = configuration
  const own = ownSecrets(secrets)
  for (const line of own.missing) progress(line)
  const choice = options.bedrock ?? { type: 'simulator' }
  const bedrock = await openBedrock(choice, regions, process.env, guardrails)
  closing.push(() => bedrock.close())
  const simulated = options.bedrock?.type !== 'aws'
  const through = cloudflare && simulated ? await openCloudflare(bedrock.urls) : undefined
  closing.push(async () => through?.close())
  const port = await listenOn(server, options.port ?? 0)
  closing.push(() => server.close())
  const state = await openState(options.state)
  closing.push(() => state.close())
  const aws = await openAws(options.state, own.texts)
  closing.push(() => aws.close())

  const assembly = await readAssembly(await assemblyOf(options, closing))
  const region = assembly.region ?? regions[0]
  progress('Starting the functions …')
  const { AWS_ENDPOINT_URL_STS: sts, ...others } = aws.variables
  /** Models of AWS itself are lent by roles of AWS itself. */
  const roles = simulated && sts !== undefined ? { AWS_ENDPOINT_URL_STS: sts } : {}
  const variables = { ...bedrock.variables, ...others, ...roles, ...through?.variables }
  const logged = (line: LogLine) => {
    feed.logged(line)
    onLog(line)
  }
  const pools = openPools({ region, variables, log: logged, most })
  closing.push(() => pools.close())
  const { resources, outputs } = await deployAll(assembly, region, pools, state)
  await aws.provide(resources)
  const api = readApi(resources, region, now())
  const registry = openKeyRegistry(api.made, state.keys)
  const url = `http://127.0.0.1:${port}`
  const here = outputsHere(outputs, api, url)
  aws.services.apigateway = apiGatewayService({ registry, api, now })
  const stack = { name: assembly.stackName, region, outputs: here, created: now() }
  aws.services.cloudformation = cloudFormationService(stack)

  for (const { functionArn } of api.methods) pools.host(functionArn).warm()
  const served = createGateway({
    api,
    keys: registry,
    host: pools.host,
    counts: state.counts,
    now,
    log(line) {
      feed.requested(line)
      onRequest(line)
    },
    ...(timeouts !== undefined && { timeouts }),
  })
  const watched = { feed, keys: registry, simulators: bedrock.simulators }
  gateway.resolve(besideOwnRoutes(watched, served))
  const keys = Object.fromEntries(api.made.keys.map(({ team, value }) => [team, value]))
  const [example] = Object.entries(keys).flatMap(([team, key]) => {
    const model = modelOf(team)
    return model === undefined ? [] : [{ key, model }]
  })
  return {
    url,
    keys,
    example,
    bedrock: bedrock.urls,
    simulators: bedrock.simulators,
    aws: aws.url,
    events: aws.events,
    outputs: here,
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

type Stack = { readonly resources: readonly Deployed[]; readonly outputs: Values }

async function deployAll(
  assembly: Parameters<typeof deploy>[0],
  region: string,
  pools: Pools,
  state: State,
): Promise<Stack> {
  const resources: Deployed[] = []
  const outputs = await deploy(assembly, region, {
    deployed(resource) {
      resources.push(resource)
      if (resource.type === 'AWS::Lambda::Function') pools.add(resource)
    },
    custom: (resource, stackId) => makeCustomResource(resource, stackId, pools.host, state),
  })
  return { resources, outputs }
}
