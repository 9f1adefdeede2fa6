/** A simulated Bedrock Runtime of one region: the real wire protocol, plainly simulated answers. */
import type { AnyModel } from '../../lambda/core/model.ts'
import { everyModel } from '../../lambda/models/index.ts'
import { createDualServer } from '../dual-server.ts'
import type { FaultLimits, FaultOrders } from './fault-orders.ts'
import type { Guardrails, SimulatedGuardrail } from './guardrails.ts'
import type { RecordedRequest } from './requests.ts'
import { type Bill, openService } from './service.ts'

export type { Bill, FaultLimits, Guardrails, RecordedRequest, SimulatedGuardrail }

export type SimulatorOptions = {
  readonly region: string
  /** 0, the default: a free one. */
  readonly port?: number
  readonly host?: string
  /** The catalogue by default. */
  readonly models?: readonly AnyModel[]
  /** Models past their end of life answer by default, which Bedrock's no longer do. */
  readonly retired?: 'answer' | 'refuse'
  /** By id; none by default. */
  readonly guardrails?: Guardrails
}

export type Simulator = {
  readonly region: string
  readonly url: string
  readonly port: number
  /** In the order they came. */
  readonly requests: readonly RecordedRequest[]
  readonly billed: readonly Bill[]
  /** `throttle`, `cut:100`, …; throws where the fault is not known. */
  readonly fault: (spec: string, limits?: FaultLimits) => void
  readonly clearFaults: () => void
  /** Orders that are still to be carried out. */
  readonly faults: FaultOrders['list']
  readonly close: () => Promise<void>
}

export async function startSimulator(options: SimulatorOptions): Promise<Simulator> {
  const {
    region,
    port = 0,
    host = '127.0.0.1',
    models = everyModel,
    retired = 'answer',
    guardrails,
  } = options
  const byId = new Map(models.map((model) => [model.id, model]))
  const { listener, requests, billed, orders } = openService(
    { region, retired, models: byId },
    guardrails,
  )
  const server = createDualServer(listener)
  const taken = await server.listen(port, host)
  return {
    region,
    url: `http://${host}:${taken}`,
    port: taken,
    requests,
    billed,
    fault: orders.add,
    clearFaults: orders.clear,
    faults: orders.list,
    close: server.close,
  }
}
