/** Runs inside a function environment: Lambda's Node runtime, as far as a handler can tell. */
import { Writable } from 'node:stream'
import { pathToFileURL } from 'node:url'
import { parentPort, workerData } from 'node:worker_threads'
import type { EnvironmentData, FromEnvironment, FunctionError, ToEnvironment } from './messages.ts'

const { file, handler, functionName, arn, memory, jsonLogs } = workerData as EnvironmentData

type Handler = (event: unknown, ...rest: unknown[]) => unknown
type Prelude = (write: (chunk: string | Uint8Array) => void) => void

const send = (message: FromEnvironment, transfer: ArrayBuffer[] = []) =>
  parentPort?.postMessage(message, transfer)

/** As the runtime marks a handler that streams. */
const streaming = Symbol.for('aws.lambda.runtime.handler.streaming')
const preludeType = 'application/vnd.awslambda.http-integration-response'
const delimiter = new Uint8Array(8)

/** Bytes on their way to the caller, above which a writer waits. */
const window = 64 * 1024

class ResponseStream extends Writable {
  /** Called by `write`, not by `end`: an answer that is only ended has no prelude, as on Lambda. */
  _onBeforeFirstWrite: Prelude | undefined
  readonly requestId: string
  #written = false
  #onTheWay = 0
  #waiting: (() => void) | undefined

  constructor(requestId: string) {
    super({ decodeStrings: true })
    this.requestId = requestId
  }

  taken(bytes: number): void {
    this.#onTheWay -= bytes
    if (this.#onTheWay > window) return
    const proceed = this.#waiting
    this.#waiting = undefined
    proceed?.()
  }

  setContentType(_: string): void {
    if (this.#written) throw new Error('Cannot set content-type, too late.')
  }

  override write(chunk: unknown, ...rest: unknown[]): boolean {
    if (!this.#written) {
      this.#written = true
      this._onBeforeFirstWrite?.((part) => super.write(part))
    }
    const isBytes = typeof chunk === 'string' || chunk instanceof Uint8Array
    return super.write(isBytes ? chunk : JSON.stringify(chunk), ...(rest as []))
  }

  override _write(chunk: Buffer, _: string, proceed: () => void): void {
    if (chunk.length === 0) {
      proceed()
      return
    }
    const bytes = new Uint8Array(chunk)
    this.#onTheWay += bytes.length
    send({ type: 'chunk', requestId: this.requestId, bytes }, [bytes.buffer])
    if (this.#onTheWay <= window) proceed()
    else this.#waiting = proceed
  }

  override _final(proceed: () => void): void {
    send({ type: 'end', requestId: this.requestId })
    proceed()
  }
}

Object.assign(globalThis, {
  awslambda: {
    streamifyResponse: (streamed: Handler) => Object.assign(streamed, { [streaming]: 'response' }),
    HttpResponseStream: {
      from(stream: ResponseStream, metadata: unknown): ResponseStream {
        stream.setContentType(preludeType)
        stream._onBeforeFirstWrite = (write) => {
          write(JSON.stringify(metadata))
          write(delimiter)
        }
        return stream
      },
    },
  },
})

let currentRequest = ''
let currentStream: ResponseStream | undefined
for (const output of [process.stdout, process.stderr]) {
  output.write = (chunk: unknown, ...rest: unknown[]) => {
    const text = typeof chunk === 'string' ? chunk : Buffer.from(chunk as Uint8Array).toString()
    send({ type: 'log', text })
    const callback = rest.find((item) => typeof item === 'function')
    callback?.()
    return true
  }
}
if (jsonLogs) wrapConsole()

/** In the JSON format, what goes through `console` is wrapped; what is written bare stays bare. */
function wrapConsole(): void {
  const levels = {
    debug: 'DEBUG',
    log: 'INFO',
    info: 'INFO',
    warn: 'WARN',
    error: 'ERROR',
  } as const
  for (const [name, level] of Object.entries(levels)) {
    Object.assign(console, {
      [name]: (...parts: unknown[]) => {
        const message = parts.length === 1 ? parts[0] : parts.map(String).join(' ')
        const about = { timestamp: new Date().toISOString(), level, requestId: currentRequest }
        process.stdout.write(`${JSON.stringify({ ...about, message })}\n`)
      },
    })
  }
}

function errorOf(thrown: unknown): FunctionError {
  if (!(thrown instanceof Error)) {
    return { errorType: typeof thrown, errorMessage: String(thrown), trace: [] }
  }
  const trace = (thrown.stack ?? '').split('\n')
  return { errorType: thrown.name, errorMessage: thrown.message, trace }
}

function contextOf({ requestId, deadline }: ToEnvironment & { type: 'invoke' }) {
  return {
    awsRequestId: requestId,
    callbackWaitsForEmptyEventLoop: true,
    functionName,
    functionVersion: '$LATEST',
    getRemainingTimeInMillis: () => Math.max(0, deadline - Date.now()),
    invokedFunctionArn: arn,
    logGroupName: process.env.AWS_LAMBDA_LOG_GROUP_NAME,
    logStreamName: process.env.AWS_LAMBDA_LOG_STREAM_NAME,
    memoryLimitInMB: String(memory),
  }
}

async function stream(handle: Handler, event: unknown, context: unknown): Promise<void> {
  const response = new ResponseStream(currentRequest)
  currentStream = response
  await handle(event, response, context)
  if (!response.writableEnded) throw new Error('The response stream was not ended.')
  if (!response.writableFinished) await new Promise((resolve) => response.once('finish', resolve))
}

async function invoke(handle: Handler, message: ToEnvironment & { type: 'invoke' }) {
  const { requestId } = message
  currentRequest = requestId
  const event: unknown = JSON.parse(message.event)
  try {
    if ((handle as { [streaming]?: string })[streaming] === 'response') {
      await stream(handle, event, contextOf(message))
      send({ type: 'done', requestId })
    } else {
      const result = await handle(event, contextOf(message))
      send({ type: 'done', requestId, payload: JSON.stringify(result) ?? 'null' })
    }
  } catch (thrown) {
    send({ type: 'failed', requestId, error: errorOf(thrown) })
  }
}

const loaded: Readonly<Record<string, unknown>> = await import(pathToFileURL(file).href)
const exported = loaded[handler] ?? (loaded.default as typeof loaded | undefined)?.[handler]
if (typeof exported !== 'function') throw new Error(`${handler} is not exported as a function.`)
const handle = exported as Handler

parentPort?.on('message', (message: ToEnvironment) => {
  if (message.type === 'invoke') return void invoke(handle, message)
  if (message.requestId === currentStream?.requestId) currentStream.taken(message.bytes)
})
send({ type: 'ready' })
