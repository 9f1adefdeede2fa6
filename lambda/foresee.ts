/** Follows a request up to where it would leave the gateway, and sends nothing. */
import type { Foreseen } from './core/account.ts'
import type {
  Call,
  Caller,
  ChatCall,
  ChatDialect,
  EmbedDialect,
  HttpRequest,
  Target,
} from './core/contracts.ts'
import { TollgateError } from './core/errors.ts'
import type { RequestRecord } from './core/record.ts'
import type { FindTarget } from './policies/route.ts'
import type { callReader } from './read-call.ts'

export type Foresight = Pick<Foreseen, 'call' | 'targets' | 'sent' | 'notices'>

type Asker = {
  readonly id: string
  readonly caller: Caller
  readonly record: RequestRecord
  readonly found: (asked: string) => void
}

const nothing = () => {}
const nobodyLeaves = new AbortController().signal

export const foreseer =
  (readCall: ReturnType<typeof callReader>, findTarget: FindTarget) =>
  (
    dialect: ChatDialect | EmbedDialect,
    http: HttpRequest,
    { id, caller, record, found }: Asker,
  ): Foresight => {
    const notices: string[] = []
    const notice = (text: string) => void notices.push(text)
    const said = readCall(dialect, http, caller, notice, (asked) => found(asked))
    const told = { notice, attempted: nothing, standing: nothing, atEnd: nothing, record }
    const call: Call = { id, caller, ...said, ...told, signal: nobodyLeaves, remaining: () => 0 }
    return { call, targets: [targetOf(call, findTarget)], sent: sentBy(call), notices }
  }

function targetOf(call: Call, findTarget: FindTarget): Target {
  const target = findTarget(call)
  if (target !== undefined) return target
  const message = `${call.model.name} cannot be called from this gateway's region.`
  throw new TollgateError('model_not_found', message, { param: 'model' })
}

/** AWS's own names. */
const operations = {
  invoke: { whole: 'InvokeModel', stream: 'InvokeModelWithResponseStream' },
  converse: { whole: 'Converse', stream: 'ConverseStream' },
} as const

function sentBy(call: Call): Foreseen['sent'] {
  if (call.task !== 'embed') {
    const { body, request, model, notice } = call
    const operation = operations[body.via ?? 'invoke'][streams(call) ? 'stream' : 'whole']
    return { operation, body: body.build(request, model, notice), calls: 1 }
  }
  const { request, model, notice } = call
  const { batch } = model.limits
  const first = request.inputs.slice(0, batch)
  const body = model.body.build(request, first, model, notice)
  const calls = Math.ceil(request.inputs.length / batch)
  return { operation: operations.invoke.whole, body, calls }
}

const streams = ({ request, model }: ChatCall): boolean => request.stream && model.accepts.streaming
