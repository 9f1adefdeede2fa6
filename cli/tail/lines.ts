/** Reads one line of the log: a request, a limit's event, a refusal of API Gateway's, or trouble. */
import type { MetricName } from '../../lambda/core/metrics.ts'
import type { LogFields } from '../../lambda/core/record.ts'

/** As it was logged. */
export type Entry = {
  /** Milliseconds since 1970. */
  readonly at: number
  readonly text: string
}

export type Recorded = Partial<LogFields> & Partial<Record<MetricName, number>>

/** Of API Gateway's access log, what is told of a refusal. */
export type Access = {
  readonly method?: string
  /** The resource's, where it is deployed; as it was sent, on this machine. */
  readonly route?: string
  readonly path?: string
  readonly status?: number | string
  readonly team?: string
  readonly refusal?: string
  readonly latencyMs?: number | string
}

export type Line =
  | { readonly type: 'request'; readonly recorded: Recorded }
  | { readonly type: 'event'; readonly recorded: Recorded }
  | { readonly type: 'refused'; readonly access: Access }
  | { readonly type: 'trouble'; readonly message: string }

/** `undefined`: nothing to be told, such as Lambda's own lines of a start or an end. */
export function readLine(text: string): Line | undefined {
  const json = parsed(text)
  if (json === undefined) return text.trim() === '' ? undefined : { type: 'trouble', message: text }
  if ('_aws' in json) {
    const recorded = json as Recorded
    return { type: recorded.route === undefined ? 'event' : 'request', recorded }
  }
  if ('refusal' in json) {
    const access = json as Access
    return access.refusal === nothing ? undefined : { type: 'refused', access }
  }
  const { level, message } = json
  const isTrouble = typeof level === 'string' && /^(WARN|ERROR|FATAL)$/i.test(level)
  return isTrouble ? { type: 'trouble', message: messageOf(message) } : undefined
}

/** What API Gateway writes where a variable has no value. */
const nothing = '-'

/** Of no team, where nobody knew who asked. */
export function teamOf(line: Line): string | undefined {
  switch (line.type) {
    case 'request':
    case 'event':
      return line.recorded.team
    case 'refused':
      return line.access.team === nothing ? undefined : line.access.team
    case 'trouble':
      return undefined
  }
}

const messageOf = (message: unknown): string =>
  typeof message === 'string' ? message : JSON.stringify(message ?? null)

function parsed(text: string): Readonly<Record<string, unknown>> | undefined {
  if (!text.startsWith('{')) return undefined
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
