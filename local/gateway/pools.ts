/** The functions of a template, each with its environments. */
import { defineFunction } from '../function/definition.ts'
import { type FunctionHost, openPool, type PoolOptions } from '../function/pool.ts'
import type { Deployed } from '../template/deploy.ts'
import { NotServed } from '../template/values.ts'

export type Pools = {
  readonly host: (functionArn: string) => FunctionHost
  readonly add: (resource: Deployed) => void
  readonly settled: () => Promise<void>
  readonly close: () => Promise<void>
}

export function openPools(options: PoolOptions): Pools {
  const pools = new Map<string, FunctionHost>()
  const all = (work: (pool: FunctionHost) => Promise<void>) => async () => {
    await Promise.all([...pools.values()].map(work))
  }
  return {
    add(resource) {
      const arn = String(resource.attribute('Arn'))
      pools.set(arn, openPool(defineFunction(resource, arn), options))
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
