/** Stands in for Cloudflare's AI Gateway: hands on to the simulated Bedrock what was signed for the real one. */
import { createServer, request } from 'node:http'
import type { AddressInfo } from 'node:net'

export type Cloudflare = {
  /** Environment variables of every function. */
  readonly variables: Readonly<Record<string, string>>
  readonly close: () => Promise<void>
}

/** Cloudflare, "Amazon Bedrock": account and gateway, then the region, then Bedrock's own path. */
const form = /^\/v1\/[^/]+\/[^/]+\/aws-bedrock\/bedrock-runtime\/([a-z0-9-]+)(\/.*)$/

/** `urls`: where each region answers. */
export async function openCloudflare(urls: Readonly<Record<string, string>>): Promise<Cloudflare> {
  const server = createServer((incoming, response) => {
    const [, region = '', path = ''] = form.exec(incoming.url ?? '') ?? []
    const url = urls[region]
    if (url === undefined) return void response.writeHead(404).end()
    const own = Object.entries(incoming.headers).filter(([name]) => !name.startsWith('cf-aig-'))
    const { method = 'POST' } = incoming
    const onward = request(new URL(path, url), { method, headers: Object.fromEntries(own) })
    onward.on('response', (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers)
      answer.pipe(response)
      answer.on('error', () => response.destroy())
    })
    onward.on('error', () => response.destroy())
    response.on('close', () => onward.destroy())
    incoming.pipe(onward)
  })
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  const { port } = server.address() as AddressInfo
  return {
    variables: { TOLLGATE_CLOUDFLARE_URL: `http://127.0.0.1:${port}` },
    close: () =>
      new Promise((closed) => {
        server.close(() => closed())
        server.closeAllConnections()
      }),
  }
}
