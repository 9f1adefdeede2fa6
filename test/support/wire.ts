/** Sees what leaves the process, byte for byte, and hands it on to a simulated Bedrock. */
import { createHash, createHmac } from 'node:crypto'
import dns from 'node:dns'
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'
import { SignatureV4 } from '@smithy/signature-v4'
import { vi } from 'vitest'
import type { Credentials } from '../../lambda/aws/signature.ts'

export type Sent = {
  readonly method: string
  /** With the query. */
  readonly path: string
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>
  readonly body: Buffer
}

export type Wire = {
  readonly url: string
  readonly port: number
  /** In the order it came. */
  readonly sent: Sent[]
  /** Answers in place of who is behind it, until `undefined`. */
  answer: ((sent: Sent, response: ServerResponse) => void) | undefined
  readonly close: () => Promise<void>
}

/** Where Cloudflare has put Bedrock's own path. */
const throughCloudflare = /^\/v1\/[^/]+\/[^/]+\/aws-bedrock\/bedrock-runtime\/[^/]+/

export async function startWire(behind?: string): Promise<Wire> {
  const sent: Sent[] = []
  const server = createServer(async (incoming, response) => {
    const one = await sentIn(incoming)
    sent.push(one)
    if (wire.answer !== undefined) return wire.answer(one, response)
    if (behind === undefined) return void response.writeHead(500).end()
    const { method, headers } = one
    const url = new URL(one.path.replace(throughCloudflare, ''), behind)
    request(url, { method, headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers)
      answer.pipe(response)
    })
      .on('error', () => response.destroy())
      .end(one.body)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const wire: Wire = {
    url: `http://127.0.0.1:${port}`,
    port,
    sent,
    answer: undefined,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
  return wire
}

async function sentIn(incoming: IncomingMessage): Promise<Sent> {
  const { method = '', url: path = '', headers } = incoming
  const said = Object.entries(headers).map(([name, value]) => [name, String(value)])
  return { method, path, headers: Object.fromEntries(said), body: await buffer(incoming) }
}

/** These names lead to this machine, for as long as the test file runs. */
export function namedHere(...names: readonly string[]): void {
  const real = dns.lookup
  vi.spyOn(dns, 'lookup').mockImplementation(((name: string, options: never, told: never) => {
    const back = told as (error: null, found: unknown, family?: number) => void
    if (!names.includes(name)) return real(name, options, told)
    const found = { address: '127.0.0.1', family: 4 }
    if ((options as { all?: boolean }).all) return back(null, [found])
    return back(null, found.address, found.family)
  }) as never)
}

/** The SDK's signer takes a hash of this shape. */
class Sha256 {
  readonly hash
  constructor(key?: string | Uint8Array) {
    this.hash = key === undefined ? createHash('sha256') : createHmac('sha256', key)
  }
  update(data: string | Uint8Array) {
    this.hash.update(data)
  }
  async digest() {
    return new Uint8Array(this.hash.digest())
  }
  reset() {}
}

export const signedHeadersOf = ({ headers }: Sent): readonly string[] =>
  /SignedHeaders=([^,]+)/.exec(headers.authorization ?? '')?.[1]?.split(';') ?? []

/** What `authorization` had to be, by the AWS SDK's own signer, for this host and this path. */
export async function authorizationFor(
  sent: Sent,
  { host, path }: { readonly host: string; readonly path: string },
  credentials: Credentials,
  region: string,
): Promise<string | undefined> {
  const { 'x-amz-date': time = '' } = sent.headers
  const [, year, month, day, hour, minute, second] =
    /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(time) ?? []
  const signingDate = new Date(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`)
  /** The signer adds these itself. */
  const own = ['host', 'x-amz-date', 'x-amz-security-token']
  const others = signedHeadersOf(sent).filter((name) => !own.includes(name))
  const headers = Object.fromEntries(others.map((name) => [name, sent.headers[name] ?? '']))
  const signer = new SignatureV4({
    credentials,
    region,
    service: 'bedrock',
    sha256: Sha256 as never,
    applyChecksum: false,
  })
  const { method, body } = sent
  const asked = { method, protocol: 'https:', hostname: host, path, headers: { ...headers, host } }
  const signed = await signer.sign({ ...asked, body } as never, { signingDate })
  return (signed as unknown as { headers: Record<string, string> }).headers.authorization
}
