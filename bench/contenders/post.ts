/** One HTTP request to the endpoint with nothing but Node, over connections that stay open. */
import { Agent, request } from 'node:http'
import { endpoint, require } from './contender.ts'

const agent = new Agent({ keepAlive: true, maxSockets: 50 })

export function post(path: string, headers: Readonly<Record<string, string>>, body: Buffer) {
  return new Promise<{ firstByte: number; chunks: Buffer[] }>((resolve, reject) => {
    const options = {
      method: 'POST',
      agent,
      headers: { ...headers, 'content-length': body.length },
    }
    const sent = request(endpoint + path, options, (response) => {
      const chunks: Buffer[] = []
      let firstByte: number | undefined
      response.on('data', (chunk: Buffer) => {
        firstByte ??= performance.now()
        chunks.push(chunk)
      })
      response.on('error', reject)
      response.on('end', () => {
        require(response.statusCode === 200, `status ${response.statusCode}`)
        resolve({ firstByte: firstByte ?? Number.NaN, chunks })
      })
    })
    sent.on('error', reject)
    sent.end(body)
  })
}
