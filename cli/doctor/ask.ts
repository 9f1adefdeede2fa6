/** Asks AWS's control planes, signed, with an operator's credentials, and waits no longer than five seconds. */
import { createHash, createHmac } from 'node:crypto'
import { SignatureV4 } from '@smithy/signature-v4'
import type { Credentials } from '../../lambda/aws/signature.ts'

const services = {
  sts: { host: 'sts', variable: 'STS' },
  cloudformation: { host: 'cloudformation', variable: 'CLOUDFORMATION' },
  apigateway: { host: 'apigateway', variable: 'API_GATEWAY' },
  bedrock: { host: 'bedrock', variable: 'BEDROCK' },
  servicequotas: { host: 'servicequotas', variable: 'SERVICE_QUOTAS' },
  secretsmanager: { host: 'secretsmanager', variable: 'SECRETS_MANAGER' },
  lambda: { host: 'lambda', variable: 'LAMBDA' },
} as const

export type Asked = {
  readonly service: keyof typeof services
  readonly region: string
  /** Each segment percent-encoded once. */
  readonly path?: string
  readonly query?: Readonly<Record<string, string>>
  /** Absent: it is a GET. */
  readonly form?: Readonly<Record<string, string>>
  readonly json?: { readonly target: string; readonly body: object }
}

/** Resolves with the text of an answer of status 200; rejects with AWS's own name of what was wrong. */
export type Ask = (asked: Asked) => Promise<string>

export type AskOptions = {
  readonly credentials: () => Promise<Credentials>
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly patienceMs?: number
}

const patience = 5_000

/** The signer takes a hash of this shape. */
class Sha256 {
  readonly hash
  constructor(key?: SourceData) {
    this.hash = key === undefined ? createHash('sha256') : createHmac('sha256', bytesOf(key))
  }
  update(data: SourceData) {
    this.hash.update(bytesOf(data))
  }
  async digest() {
    return new Uint8Array(this.hash.digest())
  }
  reset() {}
}

type SourceData = string | ArrayBuffer | ArrayBufferView

function bytesOf(data: SourceData): Uint8Array {
  if (typeof data === 'string') return Buffer.from(data)
  return ArrayBuffer.isView(data)
    ? new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
    : new Uint8Array(data)
}

export function openAsk({ credentials, environment, patienceMs = patience }: AskOptions): Ask {
  return async ({ service, region, path = '/', query = {}, form, json }) => {
    const { host, variable } = services[service]
    const suffix = region.startsWith('cn-') ? 'amazonaws.com.cn' : 'amazonaws.com'
    const own = `https://${host}.${region}.${suffix}`
    const named = environment[`AWS_ENDPOINT_URL_${variable}`] ?? environment.AWS_ENDPOINT_URL
    const base = new URL(named ?? own)
    const body = form === undefined ? json && JSON.stringify(json.body) : encoded(form)
    const headers: Record<string, string> = {
      host: base.host,
      ...(form !== undefined && { 'content-type': 'application/x-www-form-urlencoded' }),
      ...(json !== undefined && {
        'content-type': 'application/x-amz-json-1.1',
        'x-amz-target': json.target,
      }),
      ...(service === 'apigateway' && { accept: 'application/json' }),
    }
    const method = body === undefined ? 'GET' : 'POST'
    const signer = new SignatureV4({ service, region, credentials, sha256: Sha256 })
    const signed = await signer.sign({
      ...{ method, protocol: base.protocol, hostname: base.hostname, path, query: { ...query } },
      headers,
      ...(body !== undefined && { body }),
    })
    const search = Object.keys(query).length === 0 ? '' : `?${encoded(query)}`
    const answer = await fetch(`${base.origin}${path}${search}`, {
      method,
      headers: signed.headers,
      signal: AbortSignal.timeout(patienceMs),
      ...(body !== undefined && { body }),
    }).catch(unreached)
    const text = await answer.text()
    if (answer.status === 200) return text
    throw refusal(answer, text)
  }
}

const encoded = (values: Readonly<Record<string, string>>): string =>
  Object.entries(values)
    .map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`)
    .join('&')

/** Node's `fetch` keeps the system's code in the cause. */
function unreached(thrown: unknown): never {
  const { cause, name, message } = thrown as Error
  throw cause instanceof Error ? cause : Object.assign(new Error(message), { name })
}

function refusal({ status, headers }: Response, text: string): Error {
  const coded = headers.get('x-amzn-errortype') ?? fieldOf(text, '__type') ?? xmlOf(text, 'Code')
  const name = coded?.split('#').at(-1)?.split(':')[0] ?? `HTTP${status}`
  const message = fieldOf(text, 'message') ?? fieldOf(text, 'Message') ?? xmlOf(text, 'Message')
  return Object.assign(new Error(message ?? `status ${status}`), { name })
}

function fieldOf(text: string, name: string): string | undefined {
  try {
    const value: unknown = Object(JSON.parse(text))[name]
    return typeof value === 'string' ? value : undefined
  } catch {
    return undefined
  }
}

/** The first element of this name, its entities read. */
export function xmlOf(text: string, name: string): string | undefined {
  const found = new RegExp(`<${name}>([^<]*)</${name}>`).exec(text)?.[1]
  return found?.replaceAll(/&(lt|gt|quot|apos|amp|#\d+|#x[\da-f]+);/gi, (_, entity: string) =>
    entity.startsWith('#')
      ? String.fromCodePoint(Number(entity.slice(1).replace(/^x/i, '0x')))
      : (entities[entity.toLowerCase()] ?? ''),
  )
}

const entities: Readonly<Record<string, string>> = {
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
  amp: '&',
}
