/** Follows a request up to where it would leave the gateway, and sends nothing. */
import type { Foreseen } from './core/account.ts'
import type { Call, Caller, ChatCall, TargetedCall } from './core/contracts.ts'
import type { ChatDialect, EmbedDialect, HttpRequest } from './core/dialect.ts'
import type { RequestRecord } from './core/record.ts'
import { decorated } from './policies/decorate.ts'
import { heldToTemplates } from './policies/template.ts'
import type { callReader } from './read-call.ts'
import { aimed } from './routing/aim.ts'

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
  (readCall: ReturnType<typeof callReader>) =>
  (
    dialect: ChatDialect | EmbedDialect,
    http: HttpRequest,
    { id, caller, record, found }: Asker,
  ): Foresight => {
    const notices: string[] = []
    const notice = (text: string) => void notices.push(text)
    const said = readCall(dialect, http, caller, notice, (asked) => found(asked))
    const wishes = { cloudflare: {} }
    const unheard = { attempted: nothing, standing: nothing, looked: nothing, atEnd: nothing }
    const told = { notice, ...unheard, record }
    const read: Call = {
      id,
      caller,
      ...said,
      ...wishes,
      ...told,
      signal: nobodyLeaves,
      remaining: () => 0,
    }
    const call = decorated(heldToTemplates(read))
    const [first, ...others] = aimed(call)
    /** What is put around a prompt is reckoned with, and not shown. */
    const own = aimed(read).find(({ target }) => target === first?.target)
    if (first === undefined || own === undefined)
      throw new Error('A call without a target was aimed.')
    const targets = [first.target, ...others.map(({ target }) => target)] as const
    return { call, targets, sent: sentBy(own.as(read)), notices }
  }

/** AWS's own names. */
const operations = {
  invoke: { whole: 'InvokeModel', stream: 'InvokeModelWithResponseStream' },
  converse: { whole: 'Converse', stream: 'ConverseStream' },
} as const

/** Of other providers, the path. */
const paths = {
  openai: { chat: '/chat/completions', embed: '/embeddings' },
  azure: { chat: '/chat/completions', embed: '/embeddings' },
  anthropic: { chat: '/v1/messages', embed: '' },
  cohere: { chat: '/v2/chat', embed: '/v2/embed' },
} as const

function sentBy(call: TargetedCall): Foreseen['sent'] {
  const sent = sentToBedrock(call)
  if (call.target.type === 'bedrock') return sent
  const operation = paths[call.target.type][call.task === 'embed' ? 'embed' : 'chat']
  return { ...sent, operation }
}

function sentToBedrock(call: Call): Foreseen['sent'] {
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
