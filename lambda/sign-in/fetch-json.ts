/** Gets a small JSON document from an issuer, within a second. */
import type { IncomingMessage } from 'node:http'
import { get as getHttps } from 'node:https'

const patienceMs = 1_000
const mostBytes = 262_144

export async function fetchJson(address: string): Promise<unknown> {
  const answer = await answerOf(new URL(address))
  if (answer.statusCode !== 200) {
    answer.destroy()
    throw new Error(`it answered ${answer.statusCode}.`)
  }
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of answer) {
    size += chunk.length
    if (size > mostBytes) throw new Error(`it answered more than ${mostBytes} bytes.`)
    chunks.push(chunk)
  }
  return JSON.parse(Buffer.concat(chunks).toString())
}

/** It is asked too rarely for a connection to be kept. */
function answerOf(url: URL): Promise<IncomingMessage> {
  const get = url.protocol === 'http:' ? process.getBuiltinModule('node:http').get : getHttps
  const signal = AbortSignal.timeout(patienceMs)
  const headers = { accept: 'application/json', 'user-agent': 'tollgate' }
  return new Promise((resolve, reject) => {
    get(url, { agent: false, headers, signal }, resolve).on('error', reject)
  })
}
