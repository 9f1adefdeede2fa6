/** The log of a deployed gateway: what there was, and then CloudWatch's Live Tail of what comes. */
import type {
  CloudWatchLogsClient,
  LiveTailSessionLogEvent,
  StartLiveTailResponseStream,
} from '@aws-sdk/client-cloudwatch-logs'
import { Failure } from '../problems.ts'
import type { Entry } from './lines.ts'
import type { Wish } from './local-log.ts'
import type { DeployedStack } from './log-groups.ts'

type Sdk = typeof import('@aws-sdk/client-cloudwatch-logs')

export type LogService = {
  readonly stack: DeployedStack
  /** ARNs. */
  readonly groups: readonly string[]
  /** Another address than AWS's own, such as a VPC endpoint's. */
  readonly endpoint: string | undefined
}

/** Milliseconds. An update comes each second, so a line that is silent for so long is dead. */
const socketTimeout = 30_000

export async function* deployedLog(service: LogService, wish: Wish): AsyncGenerator<Entry> {
  const { stack, groups, endpoint } = service
  const sdk = await import('@aws-sdk/client-cloudwatch-logs')
  const client = new sdk.CloudWatchLogsClient({
    ...stack.aws,
    region: stack.region,
    requestHandler: { connectionTimeout: 5_000, socketTimeout },
    /** Else the SDK asks `stream-` and the address. */
    ...(endpoint !== undefined && { endpoint, disableHostPrefix: true }),
  })
  const leave = () => client.destroy()
  wish.signal.addEventListener('abort', leave)
  /** Told before Live Tail began; it may tell them again. */
  const told = new Set<string>()
  try {
    for (const entry of await earlier(client, sdk, groups, wish)) {
      told.add(entry.text)
      yield entry
    }
    if (!wish.follow) return
    for await (const entry of live(client, sdk, groups, wish))
      if (!told.has(entry.text)) yield entry
  } catch (thrown) {
    if (!wish.signal.aborted) throw withRights(thrown)
  } finally {
    wish.signal.removeEventListener('abort', leave)
    client.destroy()
  }
}

/** Team names are letters and digits, so they need no escape. */
const patternOf = (team: string | undefined): string | undefined =>
  team === undefined ? undefined : `{ $.team = "${team}" }`

async function earlier(
  client: CloudWatchLogsClient,
  sdk: Sdk,
  groups: readonly string[],
  { from, team, signal }: Wish,
): Promise<readonly Entry[]> {
  if (from === undefined) return []
  const found: Entry[] = []
  for (const logGroupIdentifier of groups) {
    const filterPattern = patternOf(team)
    const input = { logGroupIdentifier, startTime: from, filterPattern }
    const pages = sdk.paginateFilterLogEvents({ client }, input, { abortSignal: signal })
    for await (const { events = [] } of pages) found.push(...events.map(entryOf))
  }
  return found.sort((one, other) => one.at - other.at)
}

const entryOf = ({ timestamp = 0, message = '' }: LiveTailSessionLogEvent): Entry => ({
  at: timestamp,
  text: message.trimEnd(),
})

/**
 * Session after session: each ends after three hours ("StartLiveTail"), or when the line breaks. One
 * that told nothing at all would not the next time either.
 */
async function* live(
  client: CloudWatchLogsClient,
  sdk: Sdk,
  groups: readonly string[],
  { team, signal, following, notice }: Wish,
): AsyncGenerator<Entry> {
  let warned = false
  while (!signal.aborted) {
    let updates = 0
    try {
      const command = new sdk.StartLiveTailCommand({
        logGroupIdentifiers: [...groups],
        logEventFilterPattern: patternOf(team),
      })
      const { responseStream } = await client.send(command, { abortSignal: signal })
      for await (const { sessionStart, sessionUpdate } of until(signal, responseStream)) {
        if (sessionStart !== undefined) following()
        if (sessionUpdate === undefined) continue
        updates += 1
        if (sessionUpdate.sessionMetadata?.sampled === true && !warned) {
          warned = true
          notice('More than 500 lines a second: CloudWatch shows a sample of them.')
        }
        yield* (sessionUpdate.sessionResults ?? []).map(entryOf)
      }
    } catch (thrown) {
      if (updates === 0) throw thrown
    }
    if (updates === 0 && !signal.aborted) throw new Failure('CloudWatch ended Live Tail at once.')
  }
}

/** A stream of AWS's does not end by itself when nobody wants it any more. */
async function* until(
  signal: AbortSignal,
  stream: AsyncIterable<StartLiveTailResponseStream> = empty(),
): AsyncGenerator<StartLiveTailResponseStream> {
  const over = Promise.withResolvers<{ readonly done: true }>()
  const end = () => over.resolve({ done: true })
  signal.addEventListener('abort', end)
  const events = stream[Symbol.asyncIterator]()
  try {
    for (;;) {
      const next = await Promise.race([events.next(), over.promise])
      if (next.done === true) return
      yield next.value
    }
  } finally {
    signal.removeEventListener('abort', end)
  }
}

async function* empty(): AsyncGenerator<never> {}

/** Says which rights are needed, where one is missing. */
function withRights(thrown: unknown): unknown {
  const { name, message } = thrown as { readonly name?: string; readonly message?: string }
  if (name === 'AccessDeniedException') {
    return new Failure(
      `AWS does not allow it: ${message}\nTo follow, logs:StartLiveTail is needed on the stack's log groups; for --since, logs:FilterLogEvents.`,
    )
  }
  if (name === 'ResourceNotFoundException') {
    return new Failure('The stack’s log group is gone; `npx cdk deploy` makes it again.')
  }
  if (name === 'LimitExceededException') {
    return new Failure(`CloudWatch has no room for one more Live Tail session: ${message}`)
  }
  return thrown
}
