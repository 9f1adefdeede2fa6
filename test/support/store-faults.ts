/** A table whose requests can be made to fail. */
import { type FaultProxy, startFaultProxy } from '../../local/aws/fault-proxy.ts'
import { startTable, type TableServer } from './table.ts'

export type { Asked, Fault, Order, Which } from '../../local/aws/fault-proxy.ts'

/** `url` goes through the faults; `direct` goes round them. */
export type FaultyTable = Omit<FaultProxy, 'close'> & TableServer & { readonly direct: string }

export async function startFaultyTable(): Promise<FaultyTable> {
  const table = await startTable()
  const proxy = await startFaultProxy(table.url)
  return {
    ...table,
    ...proxy,
    direct: table.url,
    async close() {
      await proxy.close()
      await table.close()
    },
  }
}
