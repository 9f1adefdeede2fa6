/** Two regions of Bedrock, each simulated and behind a network of its own, for functions in this process. */
import { afterAll, beforeAll, beforeEach } from 'vitest'
import { type ChaosProxy, startChaosProxy } from '../../local/chaos/proxy.ts'
import { endpointVariable } from '../../local/gateway/bedrock.ts'
import type { FaultLimits } from '../../local/simulator/fault-orders.ts'
import { type Bill, type Simulator, startSimulator } from '../../local/simulator/index.ts'

export type Region = {
  readonly name: string
  /** For the next request, or for as many as it says. */
  readonly fault: (spec: string, limits?: FaultLimits) => void
  /** What each request meets until it is lifted, in place of all that was ordered; without one, all is well. */
  readonly outage: (spec?: string) => void
  /** What Bedrock saw, in the order it came, since `forget`. */
  readonly requests: () => Simulator['requests']
  readonly billed: () => readonly Bill[]
  /** The network before it. */
  readonly proxy: ChaosProxy
  /** All is well, and nothing was asked. */
  readonly forget: () => Promise<void>
  readonly close: () => Promise<void>
}

export async function startRegion(name: string): Promise<Region> {
  const simulator = await startSimulator({ region: name })
  const proxy = await startChaosProxy(simulator.url)
  let [seen, paid] = [0, 0]
  return {
    name,
    fault: (spec, limits = { times: 1 }) => simulator.fault(spec, limits),
    outage(spec) {
      simulator.clearFaults()
      if (spec !== undefined) simulator.fault(spec)
    },
    requests: () => simulator.requests.slice(seen),
    billed: () => simulator.billed.slice(paid),
    proxy,
    async forget() {
      simulator.clearFaults()
      proxy.always()
      await proxy.up()
      seen = simulator.requests.length
      paid = simulator.billed.length
    },
    async close() {
      await proxy.close()
      await simulator.close()
    },
  }
}

export type Regions = { readonly east: Region; readonly west: Region }

/** For a test file: the function finds both by its environment, and each test finds them well. */
export function twoRegions(): Regions {
  const started: Partial<Record<keyof Regions, Region>> = {}
  beforeAll(async () => {
    started.east = await startRegion('us-east-1')
    started.west = await startRegion('us-west-2')
    for (const { name, proxy } of Object.values(started)) {
      process.env[endpointVariable(name)] = proxy.url
    }
  })
  beforeEach(() => Promise.all(Object.values(started).map((region) => region.forget())))
  afterAll(() => Promise.all(Object.values(started).map((region) => region.close())))
  const there = (which: keyof Regions): Region => {
    const region = started[which]
    if (region === undefined) throw new Error(`${which} is not there yet.`)
    return region
  }
  return {
    get east() {
      return there('east')
    },
    get west() {
      return there('west')
    },
  }
}
