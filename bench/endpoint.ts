/** A Bedrock that answers at once: as a process of its own, so that its work is nobody's else. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import { chunkFrame, eventStreamType } from '../local/simulator/event-stream.ts'
import { firstAttempts } from './question.ts'

/** How streams are answered; `paceMs` 0: all at once. */
export type Streaming = { readonly chunks: number; readonly paceMs: number }

const words = 'A dystopia is a society that has gone wrong in a way its people cannot mend. '
const answer = JSON.stringify({
  generation: words.repeat(6),
  prompt_token_count: 200,
  generation_token_count: 100,
  stop_reason: 'stop',
})

let streaming: Streaming = { chunks: 10, paceMs: 0 }
let frames = framesOf(streaming)

function framesOf({ chunks }: Streaming): readonly Buffer[] {
  const first = { generation: 'A', prompt_token_count: 200, generation_token_count: 1 }
  const middle = { generation: ' dystopia', prompt_token_count: null, generation_token_count: 2 }
  const last = {
    generation: '.',
    prompt_token_count: null,
    generation_token_count: chunks,
    stop_reason: 'stop',
    'amazon-bedrock-invocationMetrics': {
      inputTokenCount: 200,
      outputTokenCount: chunks,
      invocationLatency: 1,
      firstByteLatency: 1,
    },
  }
  const all = [first, ...Array<object>(Math.max(0, chunks - 2)).fill(middle), last]
  return all.map((chunk) => chunkFrame({ stop_reason: null, ...chunk }))
}

const server = createServer((request, response) => {
  request.resume()
  request.on('end', () => void answerTo(request, response))
})
/** Nobody is cut off while others have their turn. */
server.keepAliveTimeout = 0

let firstAttemptsAsked = 0

/** The first region fails now and then, for one model. */
function fails({ url, headers }: IncomingMessage): boolean {
  if (url?.includes(encodeURIComponent(firstAttempts.model)) !== true) return false
  if (headers.authorization?.includes('/us-east-1/') !== true) return false
  firstAttemptsAsked += 1
  return firstAttemptsAsked % firstAttempts.each === 0
}

async function answerTo(request: IncomingMessage, response: ServerResponse) {
  const { url } = request
  if (fails(request)) {
    const name = 'ServiceUnavailableException'
    response.writeHead(503, { 'content-type': 'application/json', 'x-amzn-errortype': name })
    return void response.end('{"message": "Not now."}')
  }
  response.setHeader('x-amzn-requestid', '3b1f5c0e-6f0d-4f0a-9b57-0d6f1d3c2a11')
  if (url?.endsWith('/invoke')) {
    response.writeHead(200, {
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(answer),
      'x-amzn-bedrock-invocation-latency': '1',
      'x-amzn-bedrock-input-token-count': '200',
      'x-amzn-bedrock-output-token-count': '100',
    })
    response.end(answer)
  } else if (url?.endsWith('/invoke-with-response-stream')) {
    response.writeHead(200, { 'content-type': eventStreamType })
    await stream(response)
  } else {
    response.writeHead(404).end()
  }
}

async function stream(response: ServerResponse) {
  const { paceMs } = streaming
  if (paceMs === 0) return void response.end(Buffer.concat(frames))
  for (const frame of frames) {
    response.write(frame)
    await pause(paceMs)
  }
  response.end()
}

process.on('message', (message: Streaming) => {
  streaming = message
  frames = framesOf(streaming)
  process.send?.('ready')
})
process.on('disconnect', () => process.exit())

server.listen(0, '127.0.0.1', () => {
  const { port } = server.address() as AddressInfo
  process.send?.(`http://127.0.0.1:${port}`)
})
