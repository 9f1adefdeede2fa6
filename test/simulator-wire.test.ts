/** The simulator's wire: one port for two protocols, frames, signatures, statuses. */
import { once } from 'node:events'
import { connect as connectHttp2 } from 'node:http2'
import { connect } from 'node:net'
import { EventStreamCodec } from '@smithy/core/event-streams'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createDualServer, type DualServer } from '../local/dual-server.ts'
import { chunkFrame, encodeFrame, exceptionFrame } from '../local/simulator/event-stream.ts'
import { type Simulator, startSimulator } from '../local/simulator/index.ts'
import { errorType, minimalBodies, post } from './simulator-client.ts'
import { anyCharacter } from './support/arbitrary.ts'

describe('one port for both protocols', () => {
  let server: DualServer
  let port: number
  beforeAll(async () => {
    server = createDualServer(async (request, response) => {
      let body = ''
      for await (const bytes of request) body += String(bytes)
      response.setHeader('content-type', 'text/plain')
      response.end(`${request.method} ${request.url} ${request.httpVersion} ${body}`)
    })
    port = await server.listen(0)
  })
  afterAll(() => server.close())

  /** Writes each part on its own, then reads until the server has said enough. */
  async function say(
    parts: readonly (string | Buffer)[],
    enough: RegExp,
    encoding: 'latin1' | 'hex' = 'latin1',
  ): Promise<string> {
    const socket = connect(port, '127.0.0.1').setNoDelay().setEncoding(encoding)
    await once(socket, 'connect')
    for (const part of parts) {
      socket.write(part)
      await new Promise((resolve) => setTimeout(resolve, 5))
    }
    let text = ''
    for await (const heard of socket) {
      text += heard
      if (enough.test(text)) break
    }
    socket.destroy()
    return text
  }

  const http1 = 'PATCH /path HTTP/1.1\r\nhost: here\r\ncontent-length: 4\r\n\r\nbody'

  it.each([
    ['at once', [http1]],
    ['in two', [http1.slice(0, 1), http1.slice(1)]],
    ['byte by byte', [...http1.slice(0, 30), http1.slice(30)]],
  ])('HTTP/1.1 that arrives %s', async (_, parts) => {
    expect(await say(parts, /body/)).toContain('PATCH /path 1.1 body')
  })

  it('a method that begins like the preface', async () => {
    const propfind = http1.replace('PATCH', 'PROPFIND')
    expect(await say([propfind.slice(0, 2), propfind.slice(2)], /body/)).toContain('PROPFIND /path')
  })

  it('several HTTP/1.1 requests on one connection', async () => {
    const text = await say([http1, http1], /body[\s\S]*body/)
    expect(text.match(/PATCH \/path 1\.1 body/g)).toHaveLength(2)
  })

  const preface = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n')
  const settings = Buffer.from([0, 0, 0, 4, 0, 0, 0, 0, 0])
  /** An acknowledgement of the settings is the server speaking HTTP/2. */
  const acknowledged = /000000040100000000/

  it.each(Array.from({ length: preface.length - 1 }, (_, index) => index + 1))(
    'an HTTP/2 preface split after %i bytes',
    async (at) => {
      const rest = Buffer.concat([preface.subarray(at), settings])
      const said = await say([preface.subarray(0, at), rest], acknowledged, 'hex')
      expect(said).toMatch(acknowledged)
    },
  )

  it('HTTP/2 requests, many at a time', async () => {
    const session = connectHttp2(`http://127.0.0.1:${port}`)
    const answers = Array.from({ length: 20 }, async (_, index) => {
      const stream = session.request({ ':method': 'POST', ':path': `/${index}` })
      stream.end('body')
      let text = ''
      for await (const bytes of stream) text += String(bytes)
      return text
    })
    const expected = answers.map((_, index) => `POST /${index} 2.0 body`)
    expect(await Promise.all(answers)).toEqual(expected)
    session.destroy()
  })

  it('closing ends open connections, silent ones too', async () => {
    const closing = createDualServer(() => {})
    const at = await closing.listen(0)
    const session = connectHttp2(`http://127.0.0.1:${at}`)
    session.on('error', () => {})
    session.request({ ':path': '/' }).on('error', () => {})
    const silent = connect(at, '127.0.0.1')
    await Promise.all([once(session, 'remoteSettings'), once(silent, 'connect')])
    const ended = Promise.all([once(session, 'close'), once(silent.resume(), 'close')])
    await closing.close()
    await ended
  })

  it('a port that is taken is an error', async () => {
    await expect(createDualServer(() => {}).listen(port)).rejects.toThrow('EADDRINUSE')
  })
})

describe('frames', () => {
  const text = new TextDecoder()
  const codec = new EventStreamCodec(
    (bytes) => (typeof bytes === 'string' ? bytes : text.decode(bytes)),
    (words) => new TextEncoder().encode(words),
  )

  it('any headers and payload are read back by the SDK', () => {
    const word = fc.string({ unit: anyCharacter, minLength: 1, maxLength: 40 })
    const headers = fc.dictionary(word, fc.string({ unit: anyCharacter }), {
      noNullPrototype: true,
    })
    fc.assert(
      fc.property(headers, fc.uint8Array({ maxLength: 5_000 }), (given, payload) => {
        const { headers: read, body } = codec.decode(encodeFrame(given, Buffer.from(payload)))
        const values = Object.entries(read).map(([name, { value }]) => [name, value])
        expect(values).toEqual(Object.entries(given))
        expect(Buffer.from(body)).toEqual(Buffer.from(payload))
      }),
    )
  })

  it('any chunk is read back', () => {
    fc.assert(
      fc.property(fc.jsonValue({ stringUnit: anyCharacter }), (chunk) => {
        const { headers, body } = codec.decode(chunkFrame(chunk))
        expect(headers[':event-type']?.value).toBe('chunk')
        const { bytes, p } = JSON.parse(text.decode(body)) as { bytes: string; p: string }
        expect(p).toMatch(/^a[a-zA-Z0-9]*$/)
        expect(JSON.parse(Buffer.from(bytes, 'base64').toString())).toEqual(
          JSON.parse(JSON.stringify(chunk)),
        )
      }),
    )
  })

  it('an exception names itself', () => {
    const { headers, body } = codec.decode(exceptionFrame('throttlingException', 'Slow down'))
    expect(headers[':message-type']?.value).toBe('exception')
    expect(headers[':exception-type']?.value).toBe('throttlingException')
    expect(JSON.parse(text.decode(body))).toEqual({ message: 'Slow down' })
  })
})

describe('who may ask', () => {
  const id = 'us.amazon.nova-2-lite-v1:0'
  const body = minimalBodies.nova2?.('What is a dystopia?')
  let simulator: Simulator
  beforeAll(async () => {
    simulator = await startSimulator({ region: 'us-east-1' })
  })
  afterAll(() => simulator.close())

  const signature = 'a'.repeat(64)
  const signed = (scope: string, rest = `SignedHeaders=host;x-amz-date, Signature=${signature}`) =>
    `AWS4-HMAC-SHA256 Credential=${scope}, ${rest}`

  const refused = {
    nothing: ['', 'MissingAuthenticationTokenException', 'Missing Authentication Token'],
    'an empty key': ['Bearer ', 'AccessDeniedException', 'your API Key is valid'],
    'another scheme': ['Basic eDp5', 'IncompleteSignatureException', "'Basic'"],
    'a signature in parts': [
      'AWS4-HMAC-SHA256 Credential=AKIA/20261120/us-east-1/bedrock/aws4_request',
      'IncompleteSignatureException',
      "requires 'Signature'",
    ],
    'another region': [
      signed('AKIA/20261120/eu-west-1/bedrock/aws4_request'),
      'InvalidSignatureException',
      "'us-east-1', not 'eu-west-1'",
    ],
    'another service': [
      signed('AKIA/20261120/us-east-1/s3/aws4_request'),
      'InvalidSignatureException',
      "'bedrock', not 's3'",
    ],
    'another ending': [
      signed('AKIA/20261120/us-east-1/bedrock/aws5'),
      'InvalidSignatureException',
      "'aws4_request', not 'aws5'",
    ],
    'no key id': [
      signed('/20261120/us-east-1/bedrock/aws4_request'),
      'UnrecognizedClientException',
      'The security token included in the request is invalid.',
    ],
    'a host that is not signed': [
      signed(
        'AKIA/20261120/us-east-1/bedrock/aws4_request',
        `SignedHeaders=x-amz-date, Signature=${signature}`,
      ),
      'InvalidSignatureException',
      'Host',
    ],
    'an odd signature': [
      signed('AKIA/20261120/us-east-1/bedrock/aws4_request', 'SignedHeaders=host, Signature=abc'),
      'InvalidSignatureException',
      'does not match',
    ],
  } as const

  it.each(Object.entries(refused))('not %s', async (_, [authorization, type, words]) => {
    const answer = await post(simulator.url, id, body, { authorization })
    expect([answer.status, errorType(answer)]).toEqual([403, type])
    const { message } = (await answer.json()) as { message: string }
    expect(message).toContain(words)
    expect(answer.headers.get('x-amzn-requestid')).toMatch(/^[0-9a-f-]{36}$/)
  })

  it.each(['Bearer simulated', signed('AKIA/20261120/us-east-1/bedrock/aws4_request')])(
    '%s',
    async (authorization) => {
      const answer = await post(simulator.url, id, body, { authorization })
      expect(answer.status).toBe(200)
      expect(simulator.requests.at(-1)?.headers).not.toHaveProperty('authorization')
    },
  )

  it('only JSON that says it is', async () => {
    const wrong = [
      post(simulator.url, id, body, { 'content-type': 'application/octet-stream' }),
      post(simulator.url, id, body, { accept: 'text/html' }),
      post(simulator.url, id, '{"messages":'),
    ]
    for (const answer of await Promise.all(wrong)) {
      expect([answer.status, errorType(answer)]).toEqual([400, 'ValidationException'])
    }
  })

  it('known operations only', async () => {
    const headers = { authorization: 'Bearer simulated' }
    const unknown = [
      fetch(`${simulator.url}/model/${id}/apply`, { method: 'POST', headers }),
      fetch(`${simulator.url}/model/${id}/invoke`, { headers }),
      fetch(`${simulator.url}/`, { headers }),
    ]
    for (const answer of await Promise.all(unknown)) {
      expect([answer.status, errorType(answer)]).toEqual([404, 'UnknownOperationException'])
    }
  })

  it('model ids that are encoded once', async () => {
    const twice = encodeURIComponent(encodeURIComponent(id))
    for (const segment of [twice, '%E0%A4%A']) {
      const url = `${simulator.url}/model/${segment}/invoke`
      const headers = { authorization: 'Bearer x', 'content-type': 'application/json' }
      const answer = await fetch(url, { method: 'POST', headers, body: JSON.stringify(body) })
      expect(await answer.json()).toEqual({ message: 'The provided model identifier is invalid.' })
    }
  })

  it('and the answer counts tokens in its headers', async () => {
    const { headers } = await post(simulator.url, id, body)
    const bill = simulator.billed.at(-1)
    expect(headers.get('x-amzn-bedrock-input-token-count')).toBe(`${bill?.input}`)
    expect(headers.get('x-amzn-bedrock-output-token-count')).toBe(`${bill?.output}`)
    expect(headers.get('x-amzn-bedrock-cache-read-input-token-count')).toBe('0')
    expect(headers.get('x-amzn-bedrock-cache-write-input-token-count')).toBe('0')
    expect(headers.get('x-amzn-bedrock-invocation-latency')).toMatch(/^\d+$/)
  })
})
