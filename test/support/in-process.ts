/** Calls the function's handler in this process, as API Gateway and Lambda would, log line included. */
import { PassThrough } from 'node:stream'
import type { Context } from 'aws-lambda'
import { afterAll, beforeAll, vi } from 'vitest'
import { startTable, type TableServer } from './table.ts'

type Metadata = { statusCode: number; headers: Record<string, string> }

export type InProcessAnswer = Metadata & {
  readonly text: string
  /** The same as it came: an event stream is no text. */
  readonly bytes: Buffer
  /** Lines the function wrote, parsed. */
  readonly lines: readonly Record<string, unknown>[]
}

export type InProcessRequest = {
  readonly method?: string
  readonly resource?: string
  readonly body?: string | Buffer
  readonly headers?: Readonly<Record<string, string>>
  readonly path?: Readonly<Record<string, string>>
  readonly query?: Readonly<Record<string, string>>
  readonly team?: string
  readonly keyId?: string
  /** Milliseconds the function has; 60 seconds by default. */
  readonly remaining?: number
}

const prelude = new WeakMap<PassThrough, Metadata>()

/** The runtime's global must stand before the handler is loaded: middy reads it at once. */
Object.assign(globalThis, {
  awslambda: {
    streamifyResponse: (handler: unknown) => handler,
    HttpResponseStream: {
      from(stream: PassThrough, metadata: Metadata) {
        prelude.set(stream, metadata)
        return stream
      },
    },
  },
})

/** Where the handler keeps its budgets: it is told once, before it is loaded. */
let table: TableServer | undefined
beforeAll(async () => {
  table = await startTable()
  Object.assign(process.env, {
    TOLLGATE_TABLE: table.table,
    AWS_ENDPOINT_URL_DYNAMODB: table.url,
    AWS_ENDPOINT_URL_EVENTBRIDGE: table.url,
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'AKIATOLLGATEINPROCES',
    AWS_SECRET_ACCESS_KEY: 'no-secret-at-all',
  })
})
afterAll(() => table?.close())

/** All that is in the table now, as plain values. */
export const tableItems = async (): Promise<Awaited<ReturnType<TableServer['items']>>> =>
  (await table?.items()) ?? []

/** All that the function wrote, by line; what it says of no request may be of any. */
const written: Record<string, unknown>[] = []
vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
  const lines = String(text).split('\n').filter(Boolean)
  written.push(...lines.map((line) => JSON.parse(line) as Record<string, unknown>))
  return true
})

/** The lines that name a team. */
export const linesOf = (team: string): readonly Record<string, unknown>[] =>
  written.filter((line) => line.team === team)

type StreamHandler = (
  event: unknown,
  stream: PassThrough,
  context: Partial<Context>,
) => Promise<void>

export type Begun = {
  /** What the caller reads; destroying it is hanging up. */
  readonly stream: PassThrough
  /** Settles as the function does. */
  readonly done: Promise<void>
}

let requests = 0

async function start(request: InProcessRequest, id: string): Promise<Begun> {
  const { handler } = (await import('../../lambda/handler.ts')) as unknown as {
    handler: StreamHandler
  }
  const stream = new PassThrough()
  const done = handler(eventOf(request, id), stream, {
    getRemainingTimeInMillis: () => request.remaining ?? 60_000,
  })
  return { stream, done }
}

/** A request that is read by the test itself. */
export const begin = (request: InProcessRequest): Promise<Begun> =>
  start(request, `request-${requests++}`)

export async function invoke(request: InProcessRequest): Promise<InProcessAnswer> {
  const id = `request-${requests++}`
  const from = written.length
  const { stream, done } = await start(request, id)
  const chunks: Buffer[] = []
  stream.on('data', (chunk: Buffer) => chunks.push(chunk))
  await done
  const metadata = prelude.get(stream)
  if (metadata === undefined) throw new Error('The function answered no status.')
  const bytes = Buffer.concat(chunks)
  return {
    ...metadata,
    text: bytes.toString(),
    bytes,
    lines: written.slice(from).filter(({ requestId = id }) => requestId === id),
  }
}

function eventOf(
  { method = 'POST', resource = '/bedrock', ...request }: InProcessRequest,
  requestId: string,
) {
  const { body, headers, team = 'demo', keyId = 'abcd1234' } = request
  return {
    httpMethod: method,
    resource,
    headers: { 'content-type': 'application/json', ...headers },
    body: body === undefined ? null : Buffer.from(body).toString('base64'),
    isBase64Encoded: body !== undefined,
    pathParameters: request.path ?? null,
    queryStringParameters: request.query ?? null,
    requestContext: {
      requestId,
      identity: {},
      authorizer: { team, keyId },
    },
  }
}
