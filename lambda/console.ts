/** Answers with the console's page, which lies beside the function; what it shows, a browser asks for by key. */
import { readFileSync } from 'node:fs'

type Page = {
  readonly headers: Readonly<Record<string, string>>
  readonly html: string
  /** In base64. */
  readonly gzip: string
}

/** What is read of API Gateway's proxy event. */
export type PageEvent = {
  readonly headers?: Readonly<Record<string, string | undefined>> | null
}

export type PageAnswer = {
  readonly statusCode: 200 | 304
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
  readonly isBase64Encoded: boolean
}

const page: Page = JSON.parse(readFileSync(new URL('page.json', import.meta.url), 'utf8'))

export async function handler({ headers }: PageEvent): Promise<PageAnswer> {
  const sent = Object.entries(headers ?? {}).map(([name, value]) => [name.toLowerCase(), value])
  const { 'if-none-match': known, 'accept-encoding': encodings } = Object.fromEntries(sent)
  if (isKnown(known)) {
    return { statusCode: 304, headers: page.headers, body: '', isBase64Encoded: false }
  }
  if (!takesGzip(encodings)) {
    return { statusCode: 200, headers: page.headers, body: page.html, isBase64Encoded: false }
  }
  const zipped = { ...page.headers, 'content-encoding': 'gzip' }
  return { statusCode: 200, headers: zipped, body: page.gzip, isBase64Encoded: true }
}

const listOf = (value: string | undefined): readonly string[] =>
  (value ?? '').split(',').map((part) => part.trim())

/** RFC 9110 §8.8.3.2: with or without `W/`, the same. */
const isKnown = (known: string | undefined): boolean =>
  listOf(known).some((tag) => tag === '*' || `W/${tag.replace(/^W\//, '')}` === page.headers.etag)

/** RFC 9110 §12.5.3: a quality of 0 is a refusal. */
const takesGzip = (encodings: string | undefined): boolean =>
  listOf(encodings).some((one) => /^gzip(;|$)/i.test(one) && !/;\s*q=0(\.0*)?$/i.test(one))
