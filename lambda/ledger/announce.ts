/** Tells of limits that are nearly used and of budgets that could not be kept: log line, metric, event. */
import { credentials } from '../aws/credentials.ts'
import { signed } from '../aws/signature.ts'
import type { Standing } from '../core/ledger.ts'
import type { MetricName } from '../core/metrics.ts'
import { metricLine } from '../core/record.ts'
import { bytesOf, post } from '../net/post.ts'
import type { Happening } from './ledger.ts'

export type AnnouncerOptions = {
  readonly region: string
  /** EventBridge, in place of AWS's own address. */
  readonly endpoint?: string
  /** The table's name tells gateways of one account apart. */
  readonly table: string
  readonly emit: (line: string) => void
  readonly now?: () => number
}

export type Announcer = {
  readonly tell: (happening: Happening) => void
  /** Resolves when all that was told has been sent. */
  readonly sent: () => Promise<void>
}

type Facts = {
  readonly metric: MetricName
  /** EventBridge's detail type; without one it is no event. */
  readonly event?: string
}

const facts: Readonly<Record<Happening['type'], Facts>> = {
  warning: { metric: 'BudgetWarnings', event: 'Budget warning' },
  'would-refuse': { metric: 'WouldRefuse' },
  unsettled: { metric: 'Unsettled' },
  'failing-open': { metric: 'BudgetFailOpen', event: 'Ledger failing open' },
}

const timeoutMs = 1_000

export function openAnnouncer(options: AnnouncerOptions): Announcer {
  const { region, endpoint, table, emit, now = Date.now } = options
  const suffix = region.startsWith('cn-') ? 'amazonaws.com.cn' : 'amazonaws.com'
  const url = new URL(endpoint ?? `https://events.${region}.${suffix}`)
  const sending = new Set<Promise<void>>()

  async function put(DetailType: string, detail: object): Promise<void> {
    const Detail = JSON.stringify({ ...detail, table })
    const body = Buffer.from(
      JSON.stringify({ Entries: [{ Source: 'tollgate', DetailType, Detail }] }),
    )
    const headers = {
      'content-type': 'application/x-amz-json-1.1',
      'x-amz-target': 'AWSEvents.PutEvents',
    }
    const unsigned = { host: url.host, path: '/', headers, body }
    const ready = signed(unsigned, { service: 'events', region }, await credentials(), Date.now())
    const signal = AbortSignal.timeout(timeoutMs)
    await bytesOf(await post({ url, headers: ready, body, signal }))
  }

  return {
    tell(happening) {
      const { type, ...detail } = happening
      const { metric, event } = facts[type]
      const fields = {
        event: type,
        team: happening.team,
        ...('standing' in happening && { limit: limitText(happening.standing) }),
        ...('requestId' in happening && { requestId: happening.requestId }),
      }
      emit(metricLine(fields, { [metric]: 1 }, now()))
      if (event === undefined) return
      /** The log has it in any case. */
      const work = put(event, detail).catch(() => {})
      sending.add(work)
      void work.then(() => sending.delete(work))
    },
    async sent() {
      await Promise.all(sending)
    },
  }
}

const limitText = ({ whose, measure, window, key, model, limit, used }: Standing): string =>
  [
    `${used} of ${limit} ${measure} a ${window}`,
    whose,
    ...(key === undefined ? [] : [`key ${key}`]),
    ...(model === undefined ? [] : [`model ${model}`]),
  ].join(', ')
