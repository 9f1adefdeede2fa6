/** One simulated region: takes each request through Bedrock's checks, in Bedrock's order. */
import { randomUUID } from 'node:crypto'
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import { administer } from './administration.ts'
import { checkAuthorization, signerIn } from './authorization.ts'
import { type Delivery, deliver } from './delivery.ts'
import { BedrockException, exceptionAnswer } from './exceptions.ts'
import { type FaultOrders, openFaultOrders } from './fault-orders.ts'
import { type Fault, parseFault } from './faults.ts'
import { type Guardrails, judgeOf } from './guardrails.ts'
import { type Charged, operate } from './operations.ts'
import { checkMetadataHeader, metadataOf } from './request-metadata.ts'
import {
  checkContent,
  findOperation,
  openHeaders,
  parsed,
  type RecordedRequest,
  readBytes,
} from './requests.ts'
import { type Catalogue, findCounted, findTarget } from './targets.ts'

/**
 * What Bedrock charges for. Of a stream `output` grows as it is sent, until the client hangs up; a
 * whole answer is written to its end, whoever is there to hear it.
 */
export type Bill = Charged['usage'] & {
  readonly requestId: string
  /** Milliseconds since 1970. */
  readonly at: number
  /** The connection ended before all of the answer was sent. */
  readonly aborted: boolean
  /** As it was sent: an id, a profile or an ARN. */
  readonly modelId: string
  /** The model's own id. */
  readonly model: string
}

export type Service = {
  readonly listener: RequestListener
  readonly requests: readonly RecordedRequest[]
  readonly billed: readonly Bill[]
  readonly orders: FaultOrders
}

type Planned = { readonly delivery: Delivery; readonly told?: Charged }

export function openService(catalogue: Catalogue, guardrails: Guardrails = {}): Service {
  const requests: RecordedRequest[] = []
  const billed: Bill[] = []
  const orders = openFaultOrders()
  const remembered = new Set<string>()

  async function serve(request: IncomingMessage, response: ServerResponse) {
    const requestId = randomUUID()
    response.setHeader('x-amzn-requestid', requestId)
    try {
      await answer(request, response, requestId)
    } catch (thrown) {
      if (!response.headersSent) await deliver(request, response, refusal(thrown))
    }
  }

  async function answer(request: IncomingMessage, response: ServerResponse, requestId: string) {
    const { method = '', url = '/', httpVersion } = request
    const [pathname = ''] = url.split('?')
    const bytes = await readBytes(request)
    const administered = administer(method, pathname, bytes, { orders, requests, billed })
    if (administered !== undefined) return deliver(request, response, administered)
    const { operation, modelId } = findOperation(method, pathname)
    const body = parsed(bytes)
    const headers = openHeaders(request)
    const { authorization } = request.headers
    const accessKeyId = signerIn(authorization)
    const requestMetadata = metadataOf({ operation, headers, body })
    const recorded = {
      ...{ requestId, operation, modelId, body, headers, httpVersion },
      ...(accessKeyId !== undefined && { accessKeyId }),
      ...(requestMetadata !== undefined && { requestMetadata }),
    }
    requests.push(recorded)
    const { delivery, told } = plan(recorded, authorization)
    const generated = told && openBill(recorded, response, delivery, told)
    return deliver(request, response, delivery, generated)
  }

  /** Faults come after the checks of who asks for what, and before the body is looked at. */
  function plan(recorded: RecordedRequest, authorization: string | undefined): Planned {
    const { operation, modelId, headers, body } = recorded
    checkAuthorization(authorization, catalogue.region)
    checkContent(recorded)
    checkMetadataHeader(recorded)
    const find = operation === 'CountTokens' ? findCounted : findTarget
    const model = find(modelId, catalogue)
    const fault = faultIn(headers) ?? orders.take([model.id, modelId])
    const planned = attempt(() => {
      const judge = judgeOf(recorded, guardrails, catalogue.region)
      return operate(operation, model, body, remembered, judge)
    })
    const delivery = fault?.apply(planned.delivery) ?? planned.delivery
    return delivery.isAnswer ? { ...planned, delivery } : { delivery }
  }

  function openBill(
    { requestId, modelId }: RecordedRequest,
    response: ServerResponse,
    { isStream }: Delivery,
    told: Charged,
  ) {
    const bill = {
      ...told.usage,
      ...(isStream && { output: 0 }),
      ...{ requestId, at: Date.now(), aborted: false, modelId, model: told.model.id },
    }
    billed.push(bill)
    for (const prefix of told.prefixes) remembered.add(prefix)
    let sent = false
    response.once('finish', () => {
      sent = true
    })
    response.once('close', () => {
      bill.aborted = !sent
    })
    return function generated(tokens: number) {
      if (isStream) bill.output += tokens
    }
  }

  const ignore = () => {}
  const listener: RequestListener = (request, response) => {
    serve(request, response).catch(ignore)
  }
  return { listener, requests, billed, orders }
}

function attempt(work: () => Planned): Planned {
  try {
    return work()
  } catch (thrown) {
    return { delivery: refusal(thrown) }
  }
}

function faultIn({ 'x-simulator-fault': spec }: RecordedRequest['headers']): Fault | undefined {
  return spec === undefined ? undefined : parseFault(spec)
}

/** What is not Bedrock's exception is the simulator's own failure, and says so. */
function refusal(thrown: unknown): Delivery {
  if (thrown instanceof BedrockException) {
    return exceptionAnswer(thrown.status, thrown.name, thrown.message)
  }
  const why = thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown)
  return exceptionAnswer(500, 'InternalServerException', `The simulator failed: ${why}`)
}
