/** Each request to a provider as a subsegment of the function's X-Ray trace, where that is sampled. */
import { type Subsegment, sampledTrace, sendSubsegment } from './aws/xray.ts'
import type { Provider, TargetedCall } from './core/contracts.ts'
import { asTollgateError, type TollgateError } from './core/errors.ts'
import type { ReplyEvent } from './core/reply.ts'
import { provider as untraced } from './providers/index.ts'
import { isStreamed } from './routing/patience.ts'

/** As `providers/index.ts` has it; of a stream, the subsegment ends with the last event. */
export const provider: Provider = tracing(untraced)

export function tracing(ask: Provider): Provider {
  return async function traced(call, deadline) {
    const trace = sampledTrace()
    if (trace === undefined) return ask(call, deadline)
    const from = Date.now()
    let sent: Promise<void> | undefined
    /** Sent before the function may sleep, and waited for by nobody. */
    const over = (error?: TollgateError): void => {
      sent ??= sendSubsegment(trace, { ...said(call), from, to: Date.now(), ...wrongOf(error) })
    }
    call.atEnd(async () => sent)
    try {
      return watched(await ask(call, deadline), over)
    } catch (thrown) {
      over(asTollgateError(thrown))
      throw thrown
    }
  }
}

async function* watched(
  events: AsyncIterable<ReplyEvent>,
  over: (error?: TollgateError) => void,
): AsyncGenerator<ReplyEvent> {
  try {
    for await (const event of events) {
      if (event.type === 'reply-error') over(event.error)
      yield event
    }
  } catch (thrown) {
    over(asTollgateError(thrown))
    throw thrown
  } finally {
    over()
  }
}

/** Where it goes and what it asks, never what it says. */
function said(call: TargetedCall): Pick<Subsegment, 'name' | 'namespace' | 'aws' | 'annotations'> {
  const { target, id } = call
  const annotations = { request: id, model: target.model.id, target: target.modelId }
  if (target.type !== 'bedrock') return { name: target.provider, namespace: 'remote', annotations }
  const aws = { operation: operationOf(call), region: target.region }
  return { name: 'Bedrock', namespace: 'aws', aws, annotations }
}

const operations = {
  invoke: { whole: 'InvokeModel', stream: 'InvokeModelWithResponseStream' },
  converse: { whole: 'Converse', stream: 'ConverseStream' },
} as const

function operationOf(call: TargetedCall): string {
  if (call.task === 'count') return 'CountTokens'
  const own = call.task === 'chat' ? call.body.via : undefined
  const via = call.native?.operation ?? own ?? 'invoke'
  return operations[via][isStreamed(call) ? 'stream' : 'whole']
}

/** X-Ray's words for 429, for 4xx and for 5xx. */
function wrongOf(error: TollgateError | undefined): Pick<Subsegment, 'wrong'> {
  if (error === undefined) return {}
  if (error.status === 429) return { wrong: 'throttle' }
  return { wrong: error.status < 500 ? 'error' : 'fault' }
}
