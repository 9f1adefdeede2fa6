/** Asks a model for a transform: a call of the team's own beside the caller's, of which the caller hears nothing. */
import type { Call, Caller, Chat, ChatCall } from '../core/contracts.ts'
import type { Message } from '../core/conversation.ts'
import { costNanoUsd, tokensOf } from '../core/cost.ts'
import { TollgateError } from '../core/errors.ts'
import { fit } from '../core/fit.ts'
import type { MetricName } from '../core/metrics.ts'
import type { AnyModel, Model } from '../core/model.ts'
import type { RequestRecord } from '../core/record.ts'
import { collect, type Reply } from '../core/reply.ts'
import { termsOf } from '../core/terms.ts'
import type { ModelTransform } from '../core/transform-config.ts'

/** Where a model of the operator's choosing is asked, whether or not the team may name it. */
export type OfOperator = (
  name: string,
  caller: Caller,
) => Pick<Call, 'targets' | 'strategy' | 'rules'> & { readonly model: AnyModel }

export type ModelCallParts = {
  readonly ofOperator: OfOperator
  /** Guard, cache, budget and the way to the model: nothing that transforms. */
  readonly chat: Chat
}

export type AskModel = (transform: ModelTransform, text: string) => Promise<Reply>

const usualMaxTokens = 4096

/** For all transforms of one call. */
export function modelAsker({ ofOperator, chat }: ModelCallParts, call: Call): AskModel {
  const sums = { TransformCalls: 0, TransformMs: 0, TransformTokens: 0, TransformCostMicroUsd: 0 }

  return async function askModel(transform, text) {
    const { model, targets, strategy, rules } = ofOperator(transform.model, call.caller)
    if (model.task === 'embed') throw new Error(`${transform.model} makes vectors.`)
    sums.TransformCalls += 1
    const started = performance.now()
    try {
      const reply = await chat({
        ...surroundings(call, `${call.id}-transform-${sums.TransformCalls}`),
        ...{ task: 'chat', model, body: model.body, targets, strategy, rules },
        request: requestFor(transform, text, model),
      })
      const answer = await collect(reply.events)
      const { target } = reply.call
      const terms = termsOf(reply.call, target)
      sums.TransformTokens += tokensOf(answer.usage)
      const nano = costNanoUsd(answer.usage, target.model, terms, Date.now()) ?? 0
      sums.TransformCostMicroUsd += nano / 1_000
      return answer
    } finally {
      sums.TransformMs += performance.now() - started
      call.record.measure(sums)
    }
  }
}

const nothing = () => {}

/** What a caller wishes of the cache, and of Cloudflare's, is said of the caller's own request. */
function surroundings(call: Call, id: string) {
  const { caller, written, cloudflare, atEnd, signal, remaining, record } = call
  const labels = Object.entries(cloudflare).filter(([name]) => !name.includes('cache'))
  return {
    ...{ id, caller, written, atEnd, signal, remaining },
    cloudflare: Object.fromEntries(labels),
    record: apart(record),
    beside: true as const,
    ...{ notice: nothing, attempted: nothing, standing: nothing, looked: nothing },
  }
}

/** What tells an operator that something is wrong is told, whichever call met it. */
const passedOn: ReadonlySet<string> = new Set<MetricName>([
  ...(['LedgerFailures', 'BudgetFailOpen', 'BudgetWarnings', 'WouldRefuse', 'Unsettled'] as const),
  ...(['TargetRefusals', 'BreakerOpenings', 'GuardBlocks', 'GuardReports'] as const),
])

/** The line of a request tells of its own model and target. */
function apart(record: RequestRecord): RequestRecord {
  return {
    set({ guard }) {
      if (guard !== undefined) record.set({ guard })
    },
    measure(values) {
      const kept = Object.entries(values).filter(([name]) => passedOn.has(name))
      record.measure(Object.fromEntries(kept))
    },
    fail: nothing,
    write: nothing,
  }
}

function requestFor(
  { prompt, model: name, maxTokens = usualMaxTokens }: ModelTransform,
  text: string,
  model: Model,
): ChatCall['request'] {
  const messages = model.accepts.system
    ? [said('system', prompt), said('user', text)]
    : /** Kong's, for models without a system. */
      [said('user', prompt), said('assistant', 'What is the message?'), said('user', text)]
  const bound = Math.min(maxTokens, model.limits.output)
  const asked = { model: name, messages, tools: [], sampling: {}, maxTokens: bound, stream: false }
  return fit(asked, model, [], nothing)
}

const said = (role: Message['role'], text: string): Message => ({
  role,
  content: [{ type: 'text', text }],
})

/** What is taken of an answer: all of its text, or what the pattern finds first. */
export function extractOf(
  { content, stop }: Reply,
  { transformation_extract_pattern: pattern }: ModelTransform,
): string {
  if (stop.reason === 'length') throw unusable('AI response was cut at its most tokens')
  if (stop.reason === 'filtered' || stop.reason === 'refused') {
    throw unusable('AI service declined to answer')
  }
  const texts = content.flatMap((block) => (block.type === 'text' ? [block.text] : []))
  if (texts.length === 0) throw unusable("no 'choices' in upstream AI service response")
  const text = texts.join('')
  if (pattern === undefined) return text
  const [match] = new RegExp(pattern, 'im').exec(text) ?? []
  if (match === undefined) {
    throw unusable('AI response did not match specified regular expression')
  }
  return match
}

const unusable = (message: string): TollgateError => new TollgateError('invalid_body', message)

/** The words a caller reads where a transform's call failed; code and grounds are that call's. */
export function introspecting(what: 'request' | 'response', thrown: unknown): unknown {
  if (!(thrown instanceof TollgateError)) return thrown
  const { code, retryAfter, grounds, cause } = thrown
  return new TollgateError(
    code,
    `failed to introspect ${what} with AI service: ${thrown.message}`,
    {
      cause,
      ...(retryAfter !== undefined && { retryAfter }),
      ...(grounds !== undefined && { grounds }),
    },
  )
}
