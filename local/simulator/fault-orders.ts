/** The faults that are ordered for requests to come: which, how often, and for which model. */
import { invalid } from './exceptions.ts'
import { type Fault, parseFault } from './faults.ts'

export type FaultLimits = {
  /** How many requests it hits; without it, all until it is cleared. */
  readonly times?: number
  /** The model's own id, or the id as it is sent; without it, every model. */
  readonly model?: string
}

type Order = { readonly fault: Fault; readonly model?: string | undefined; left: number }

export type FaultOrders = {
  readonly add: (spec: string, limits?: FaultLimits) => void
  readonly clear: () => void
  /** Orders that are still to be carried out. */
  readonly list: () => readonly { readonly fault: string; readonly left: number | 'all' }[]
  /** The oldest order for any of these ids, used once. */
  readonly take: (ids: readonly string[]) => Fault | undefined
}

export function openFaultOrders(): FaultOrders {
  const orders: Order[] = []
  return {
    add(spec, { times = Infinity, model } = {}) {
      orders.push({ fault: parseFault(spec), model, left: times })
    },
    clear() {
      orders.length = 0
    },
    list: () =>
      orders
        .filter(({ left }) => left > 0)
        .map(({ fault, left, model }) => ({
          fault: fault.spec,
          left: left === Infinity ? 'all' : left,
          ...(model !== undefined && { model }),
        })),
    take(ids) {
      const order = orders.find(
        ({ left, model }) => left > 0 && (model === undefined || ids.includes(model)),
      )
      if (order !== undefined) order.left -= 1
      return order?.fault
    },
  }
}

/** Reads `{ "fault": spec, "times"?: n, "model"?: id }`. */
export function readOrder(body: unknown): { fault: string; limits: FaultLimits } {
  const { fault, times, model } = (body ?? {}) as Readonly<Record<string, unknown>>
  const isCount = times === undefined || (Number.isInteger(times) && Number(times) > 0)
  const isModel = model === undefined || typeof model === 'string'
  if (typeof fault !== 'string' || !isCount || !isModel) {
    throw invalid('A fault is ordered as {"fault": "throttle", "times"?: 1, "model"?: "id"}.')
  }
  return {
    fault,
    limits: {
      ...(times !== undefined && { times: Number(times) }),
      ...(model !== undefined && { model }),
    },
  }
}
