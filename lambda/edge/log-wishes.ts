/** What a request says of its own log line: labels, how much may be told, and whose trace it is in. */
import { closest } from '../core/closest.ts'
import { TollgateError } from '../core/errors.ts'
import { redacted } from '../core/log-secrets.ts'
import { type LogContent, logContents } from '../core/monitoring-config.ts'
import type { LogFields, Metadata } from '../core/record.ts'

type Headers = Readonly<Record<string, string>>

export type LogWish = {
  readonly content: LogContent
  readonly metadata?: Metadata
  /** A header that nobody understands: of its request as little is told as can be. */
  readonly misunderstood?: TollgateError
}

const contentHeader = 'x-tollgate-log'

/** Ours, then Cloudflare’s: "AI Gateway, Custom metadata". */
const metadataHeaders = ['x-tollgate-metadata', 'cf-aig-metadata']

const usual: LogWish = { content: 'metadata' }
const quiet: LogWish = { content: 'none' }

/** `most`: what the team’s setting allows; a request may ask for less. */
export function logWishOf(headers: Headers, most: LogContent = 'metadata'): LogWish {
  const name = metadataHeaders.find((each) => headers[each] !== undefined)
  const asked = headers[contentHeader]
  if (name === undefined && asked === undefined)
    return most === 'metadata' ? usual : { content: most }
  try {
    const content = asked === undefined ? most : lesserOf(contentIn(asked), most)
    if (name === undefined) return { content }
    const metadata = metadataIn(name, headers[name] ?? '')
    return content === 'none' ? quiet : { content, metadata }
  } catch (thrown) {
    if (thrown instanceof TollgateError) return { ...quiet, misunderstood: thrown }
    throw thrown
  }
}

const lesserOf = (one: LogContent, other: LogContent): LogContent =>
  logContents.indexOf(one) < logContents.indexOf(other) ? one : other

function contentIn(said: string): LogContent {
  const content = logContents.find((each) => each === said)
  if (content !== undefined) return content
  const meant = closest(said, logContents)
  const hint = meant === undefined ? '' : ` Did you mean ${meant}?`
  throw wrong(contentHeader, `got ${shown(said)}; it takes ${logContents.join(', ')}.${hint}`)
}

const mostEntries = 5
const longestValue = 256
const nameForm = /^[A-Za-z0-9_.-]{1,64}$/

function metadataIn(header: string, said: string): Metadata {
  const value = parsed(header, said)
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw wrong(header, `got ${shown(said)}; ${takes}`)
  }
  const entries = Object.entries(value)
  if (entries.length > mostEntries) throw wrong(header, `got ${entries.length} values; ${takes}`)
  return Object.fromEntries(
    entries.map(([name, each]) => {
      if (!nameForm.test(name)) throw wrong(header, `got the name ${shown(name)}; ${takes}`)
      if (typeof each === 'number' || typeof each === 'boolean') return [name, each]
      if (typeof each === 'string' && each.length <= longestValue) return [name, redacted(each)]
      const got = typeof each === 'string' ? `${each.length} characters` : kindOf(each)
      throw wrong(header, `got ${got} for ${name}; ${takes}`)
    }),
  )
}

const takes = `it takes a JSON object of at most ${mostEntries} values, each a text of up to ${longestValue} characters, a number, true or false, under names of up to 64 letters, digits and . _ -`

function parsed(header: string, said: string): unknown {
  try {
    return JSON.parse(said)
  } catch {
    throw wrong(header, `got ${shown(said)}, which is no JSON; ${takes}`)
  }
}

const kindOf = (value: unknown): string =>
  value === null ? 'null' : Array.isArray(value) ? 'a list' : 'an object'

const shown = (said: string): string => JSON.stringify(said.slice(0, 40))

const wrong = (header: string, text: string): TollgateError =>
  new TollgateError('invalid_body', `${header}: ${text}`, { param: header })

/** W3C, "Trace Context", of every version: later ones may say more at the end. */
const traceparent =
  /^(?!ff)([0-9a-f]{2})-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-[0-9a-f]{2}(-.*)?$/

/** AWS, "X-Ray tracing header". */
const xrayRoot = /(?:^|;)\s*Root=(1-[0-9a-f]{8}-[0-9a-f]{24})(?:;|$)/i

/** What is not well-formed is as if it were not there, as W3C has it. */
export function tracesOf(headers: Headers): Partial<LogFields> {
  const { traceparent: said, 'x-amzn-trace-id': sent } = headers
  const traced = said === undefined ? null : traceparent.exec(said)
  const [, version, traceId, parentSpanId, more] = traced ?? []
  const known = version !== '00' || more === undefined
  /** Lambda tells the function of it by the environment, of each request anew. */
  const ofFunction = process.env._X_AMZN_TRACE_ID ?? sent
  const root = ofFunction === undefined ? undefined : xrayRoot.exec(ofFunction)?.[1]
  return {
    ...(known && traceId !== undefined && parentSpanId !== undefined && { traceId, parentSpanId }),
    ...(root !== undefined && { xrayTraceId: root }),
  }
}
