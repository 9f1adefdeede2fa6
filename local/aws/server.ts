/** One address for every AWS service on this machine: whom a request is signed for answers it. */
import { randomUUID } from 'node:crypto'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { jsonError } from './answers.ts'
import type { LocalServices, ServiceAnswer, ServiceRequest } from './service.ts'

export type AwsServer = {
  readonly url: string
  /** Ends what is still open. */
  readonly close: () => Promise<void>
}

const keepAliveTimeout = 75_000

export async function startAws(services: LocalServices): Promise<AwsServer> {
  const server = createServer({ keepAliveTimeout, noDelay: true }, async (incoming, outgoing) => {
    try {
      const { status, headers, body } = await answer(services, incoming)
      outgoing.writeHead(status, {
        'x-amzn-requestid': randomUUID(),
        ...headers,
        'content-length': Buffer.byteLength(body),
      })
      outgoing.end(body)
    } catch {
      outgoing.destroy()
    }
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(0, '127.0.0.1', resolve)
  })
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

async function answer(services: LocalServices, incoming: IncomingMessage): Promise<ServiceAnswer> {
  const request = await readRequest(incoming)
  const name = signedFor(request.headers.authorization ?? '')
  if (name === undefined) {
    const form = 'Credential=KEY/DATE/REGION/SERVICE/aws4_request'
    const message = `The request is not signed; its authorization must have ${form}.`
    return jsonError(403, 'MissingAuthenticationTokenException', message)
  }
  const service = Object.hasOwn(services, name) ? services[name] : undefined
  if (service === undefined) {
    const known = Object.keys(services).join(', ')
    const message = `The request is signed for ${name}; on this machine there are ${known}.`
    return jsonError(404, 'UnknownServiceException', message)
  }
  try {
    return await service(request)
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error)
    return jsonError(500, 'InternalServerError', `${name}: ${message}`)
  }
}

async function readRequest(incoming: IncomingMessage): Promise<ServiceRequest> {
  const { method = 'GET', url = '/', headers } = incoming
  const { pathname, searchParams } = new URL(url, 'http://127.0.0.1')
  const sent = Object.entries(headers).map(([name, value]) => [name, String(value)] as const)
  return {
    method,
    path: pathname,
    query: searchParams,
    headers: Object.fromEntries(sent),
    body: await text(incoming),
  }
}

/** The service of Signature Version 4's credential scope. */
const signedFor = (authorization: string): string | undefined =>
  /^AWS4-[^ ]+ .*\bCredential=[^/, ]+\/\d{8}\/[^/, ]+\/([^/, ]+)\/aws4_request\b/.exec(
    authorization,
  )?.[1]
