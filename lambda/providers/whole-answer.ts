/** What a whole answer of Bedrock says: its JSON, and its headers, where token counts stand. */
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http'
import type { ReportedUsage } from '../core/contracts.ts'
import { TollgateError } from '../core/errors.ts'

/** Bedrock calls what it answers JSON or an event stream; what is called text is some proxy's page. */
export function refuseText({ 'content-type': type = '' }: IncomingHttpHeaders): void {
  if (!/^text\//i.test(type)) return
  throw new TollgateError('upstream_error', 'The model’s answer came as a page of text.')
}

export function parsedAnswer(bytes: Buffer, headers: IncomingHttpHeaders = {}): unknown {
  refuseText(headers)
  try {
    return JSON.parse(bytes.toString())
  } catch (cause) {
    const message = 'The model answered something that is not JSON.'
    throw new TollgateError('upstream_error', message, { cause })
  }
}

export const reportedUsage = (headers: IncomingHttpHeaders): ReportedUsage => ({
  ...count('input', headers['x-amzn-bedrock-input-token-count']),
  ...count('output', headers['x-amzn-bedrock-output-token-count']),
  ...count('cacheRead', headers['x-amzn-bedrock-cache-read-input-token-count']),
  ...count('cacheWrite', headers['x-amzn-bedrock-cache-write-input-token-count']),
})

function count(name: keyof ReportedUsage, header: string | string[] | undefined): ReportedUsage {
  const value = Number(header ?? Number.NaN)
  return Number.isSafeInteger(value) && value >= 0 ? { [name]: value } : {}
}

/** What a native caller is told of Bedrock's own headers. */
export const nativeHeaders = ({ headers }: IncomingMessage): Record<string, string> =>
  Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]): [string, string][] =>
      typeof value === 'string' && (name === 'content-type' || name.startsWith('x-amzn-bedrock-'))
        ? [[name, value]]
        : [],
    ),
  )
