/** Reads an HTTP request as Bedrock's: its operation, its model, its body. */
import type { IncomingMessage } from 'node:http'
import { BedrockException, invalid } from './exceptions.ts'
import type { Operation } from './operations.ts'

/** The limit on a body. */
const mostBytes = 25_000_000

const operations: Readonly<Record<string, Operation>> = {
  invoke: 'InvokeModel',
  'invoke-with-response-stream': 'InvokeModelWithResponseStream',
  converse: 'Converse',
  'converse-stream': 'ConverseStream',
  'count-tokens': 'CountTokens',
}

const path = /^\/model\/([^/]+)\/([a-z-]+)$/

/** What came, without what is secret in it. */
export type RecordedRequest = {
  readonly requestId: string
  readonly operation: Operation
  readonly modelId: string
  /** Parsed JSON; `undefined` where it is none. */
  readonly body: unknown
  readonly headers: Readonly<Record<string, string>>
  readonly httpVersion: string
  /** Who signed it; absent where a Bedrock API key came in place of a signature. */
  readonly accessKeyId?: string
  /** The labels it came with, as an object where they are one. */
  readonly requestMetadata?: unknown
}

const secretHeaders = ['authorization', 'x-amz-security-token', 'cookie']

export function findOperation(method: string, pathname: string) {
  const [, segment, action = ''] = path.exec(pathname) ?? []
  const operation = Object.hasOwn(operations, action) ? operations[action] : undefined
  if (method !== 'POST' || segment === undefined || operation === undefined) {
    throw new BedrockException('UnknownOperationException')
  }
  return { operation, modelId: decoded(segment) }
}

/** Once: a model id that is still encoded after that is not one. */
function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment)
  } catch {
    throw invalid('The provided model identifier is invalid.')
  }
}

export async function readBytes(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    length += chunk.length
    if (length > mostBytes) throw invalid('Input is too long for requested model.')
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

export function parsed(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString('utf8'))
  } catch {
    return undefined
  }
}

/** Header names in lower case, without HTTP/2's own. */
export const openHeaders = ({ headers }: IncomingMessage): Readonly<Record<string, string>> =>
  Object.fromEntries(
    Object.entries(headers)
      .filter(([name]) => !name.startsWith(':') && !secretHeaders.includes(name))
      .map(([name, value]) => [name, String(value)]),
  )

const jsonType = /^application\/json\s*(;|$)/i

/** Throws unless the body is said to be, and is, JSON. */
export function checkContent({ headers, body }: RecordedRequest): void {
  const type = headers['content-type'] ?? ''
  if (!jsonType.test(type)) {
    throw invalid(`The content-type '${type}' is not supported. Use application/json.`)
  }
  const accept = headers.accept ?? headers['x-amzn-bedrock-accept'] ?? '*/*'
  if (!accept.split(',').some((each) => /^\s*(\*\/\*|application\/(json|\*))/.test(each))) {
    throw invalid(`The accept header '${accept}' is not supported. Use application/json.`)
  }
  if (body === undefined) {
    throw invalid('Malformed input request, please reformat your input and try again.')
  }
}
