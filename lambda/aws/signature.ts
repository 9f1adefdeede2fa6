/** Signs a request to an AWS service: Signature Version 4, its signing keys kept for the day. */
import { createHash, createHmac } from 'node:crypto'

export type Credentials = {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly sessionToken?: string
}

export type Unsigned = {
  readonly host: string
  /** As it is sent: each segment percent-encoded once. */
  readonly path: string
  /** Names in lower case; all of them are signed. */
  readonly headers: Readonly<Record<string, string>>
  readonly body: Uint8Array
}

/** Which service is asked, by the name it is signed with, and where. */
export type SigningScope = { readonly service: string; readonly region: string }

const algorithm = 'AWS4-HMAC-SHA256'

/** The headers to send. `now` in milliseconds since 1970. */
export function signed(
  { host, path, headers, body }: Unsigned,
  { service, region }: SigningScope,
  { accessKeyId, secretAccessKey, sessionToken }: Credentials,
  now: number,
): Record<string, string> {
  const time = new Date(now).toISOString().replace(/[-:]|\.\d{3}/g, '')
  const day = time.slice(0, 8)
  const all: Record<string, string> = { ...headers, host, 'x-amz-date': time }
  if (sessionToken !== undefined) all['x-amz-security-token'] = sessionToken
  const names = Object.keys(all).sort()
  const lines = names.map((name) => `${name}:${all[name]?.trim().replace(/ +/g, ' ')}\n`).join('')
  const signedHeaders = names.join(';')
  const canonical = `POST\n${twiceEncoded(path)}\n\n${lines}\n${signedHeaders}\n${sha256(body)}`
  const scope = `${day}/${region}/${service}/aws4_request`
  const toSign = `${algorithm}\n${time}\n${scope}\n${sha256(canonical)}`
  const key = signingKey(secretAccessKey, day, region, service)
  const signature = createHmac('sha256', key).update(toSign).digest('hex')
  const credential = `Credential=${accessKeyId}/${scope}`
  const parts = `${credential}, SignedHeaders=${signedHeaders}, Signature=${signature}`
  return { ...all, authorization: `${algorithm} ${parts}` }
}

/** What is sent encoded once is signed encoded twice, for every service but S3. */
const twiceEncoded = (path: string): string => path.split('/').map(encodedSegment).join('/')

/** Everything but RFC 3986's unreserved characters, which encodeURIComponent leaves five short of. */
export const encodedSegment = (segment: string): string =>
  encodeURIComponent(segment).replace(
    /[!'()*]/g,
    (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`,
  )

const sha256 = (data: string | Uint8Array): string =>
  createHash('sha256').update(data).digest('hex')

/** By day, region, service and secret; a function asks a handful of them. */
const known = new Map<string, Buffer>()
const mostKnown = 32

function signingKey(secret: string, day: string, region: string, service: string): Buffer {
  const scope = `${day}/${region}/${service}/${secret}`
  const kept = known.get(scope)
  if (kept !== undefined) return kept
  const hmac = (key: string | Buffer, data: string) =>
    createHmac('sha256', key).update(data).digest()
  const dated = hmac(hmac(`AWS4${secret}`, day), region)
  const key = hmac(hmac(dated, service), 'aws4_request')
  if (known.size >= mostKnown) known.clear()
  known.set(scope, key)
  return key
}
