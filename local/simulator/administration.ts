/** The simulator's own routes: ordering faults, and looking at what came. */
import { type Delivery, plainly } from './delivery.ts'
import { type FaultOrders, readOrder } from './fault-orders.ts'
import { describedFaults } from './faults.ts'
import { parsed } from './requests.ts'

export type Records = {
  readonly orders: FaultOrders
  readonly requests: readonly unknown[]
  readonly billed: readonly unknown[]
}

type Action = (records: Records, body: unknown) => unknown

const actions: Readonly<Record<string, Action>> = {
  'GET /simulator/requests': ({ requests }) => requests,
  'GET /simulator/billed': ({ billed }) => billed,
  'GET /simulator/faults': ({ orders }) => ({
    ordered: orders.list(),
    known: describedFaults(),
  }),
  'POST /simulator/faults': ({ orders }, body) => {
    const { fault, limits } = readOrder(body)
    orders.add(fault, limits)
    return { ordered: orders.list() }
  },
  'DELETE /simulator/faults': ({ orders }) => {
    orders.clear()
    return { ordered: [] }
  },
}

/** `undefined` for what is Bedrock's to answer. */
export function administer(
  method: string,
  pathname: string,
  bytes: Buffer,
  records: Records,
): Delivery | undefined {
  const route = `${method} ${pathname}`
  const action = Object.hasOwn(actions, route) ? actions[route] : undefined
  if (action === undefined) return undefined
  const answer = Buffer.from(`${JSON.stringify(action(records, parsed(bytes)))}\n`)
  const headers = { 'content-type': 'application/json' }
  return { ...plainly, status: 200, headers, pieces: [{ bytes: answer, tokens: 0 }] }
}
