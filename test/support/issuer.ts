/** An OpenID Connect issuer of a test's own: its keys, its tokens, and who asked it for what. */
import {
  createHmac,
  generateKeyPairSync,
  type JsonWebKey,
  type KeyObject,
  sign as signWith,
} from 'node:crypto'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

export type Claims = Readonly<Record<string, unknown>>

export type Issuer = {
  /** As in `iss`. */
  readonly url: string
  /** Paths, in the order they were asked for. */
  readonly asked: string[]
  /** A token that is good for five minutes, but for what is given. */
  readonly token: (claims?: Claims, header?: Claims) => string
  /** Of the key tokens are signed with now. */
  readonly publicKey: () => KeyObject
  /** From now on it signs with another key, and tells of no other. */
  readonly rotate: (algorithm?: Algorithm) => void
  /** How it answers, in place of properly. */
  answer: ((path: string, response: ServerResponse) => void) | undefined
  readonly close: () => void
}

const pairs = {
  RS256: () => generateKeyPairSync('rsa', { modulusLength: 2048 }),
  ES256: () => generateKeyPairSync('ec', { namedCurve: 'P-256' }),
  EdDSA: () => generateKeyPairSync('ed25519'),
} as const

export type Algorithm = keyof typeof pairs

export const encoded = (value: unknown): string =>
  Buffer.from(JSON.stringify(value)).toString('base64url')

/** Three parts, the third of them made by whoever tries. */
export const put = (header: Claims, claims: Claims, signature: (input: string) => string) => {
  const input = `${encoded(header)}.${encoded(claims)}`
  return `${input}.${signature(input)}`
}

export const hmac = (secret: string | Buffer) => (input: string) =>
  createHmac('sha256', secret).update(input).digest('base64url')

export const signedBy =
  (key: KeyObject, algorithm: Algorithm = 'RS256') =>
  (input: string) => {
    const hash = algorithm === 'EdDSA' ? null : 'sha256'
    const signature = signWith(hash, Buffer.from(input), { key, dsaEncoding: 'ieee-p1363' })
    return signature.toString('base64url')
  }

export const nowInSeconds = (): number => Math.floor(Date.now() / 1000)

export async function startIssuer(): Promise<Issuer> {
  const asked: string[] = []
  let made = 0
  const newKey = (algorithm: Algorithm) => {
    const pair = pairs[algorithm]()
    return { ...pair, algorithm, kid: `key-${++made}` }
  }
  let key = newKey('RS256')
  const jwk = (): JsonWebKey => ({
    ...key.publicKey.export({ format: 'jwk' }),
    kid: key.kid,
    alg: key.algorithm,
    use: 'sig',
  })

  const server = createServer((request, response) => {
    const path = request.url ?? ''
    asked.push(path)
    if (issuer.answer !== undefined) return issuer.answer(path, response)
    const documents: Readonly<Record<string, unknown>> = {
      '/.well-known/openid-configuration': {
        issuer: issuer.url,
        jwks_uri: `${issuer.url}/keys`,
      },
      '/keys': { keys: [jwk()] },
    }
    const document = documents[path]
    response.statusCode = document === undefined ? 404 : 200
    response.end(JSON.stringify(document))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))

  const issuer: Issuer = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    token(claims = {}, header = {}) {
      const now = nowInSeconds()
      const usual = { iss: issuer.url, aud: 'gateway', team: 'demo', sub: 'someone' }
      return put(
        { alg: key.algorithm, kid: key.kid, typ: 'JWT', ...header },
        { ...usual, iat: now, exp: now + 300, ...claims },
        signedBy(key.privateKey, key.algorithm),
      )
    },
    publicKey: () => key.publicKey,
    rotate(algorithm = 'RS256') {
      key = newKey(algorithm)
    },
    answer: undefined,
    close() {
      server.close()
      server.closeAllConnections()
    },
  }
  return issuer
}
