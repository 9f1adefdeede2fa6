/** A key is found wherever a client puts it, and what is no key is refused without a word. */
import { describe, expect, it, vi } from 'vitest'
import { type AuthorizerEvent, handler } from '../lambda/authorizer.ts'

const key = `demo0a1b2c3d${'aB3'.repeat(13)}x`
const other = `data0a1b2c3d${'aB3'.repeat(13)}x`
const methodArn = 'arn:aws:execute-api:us-east-1:123456789012:abcdef/v1/POST/bedrock'
const signature = 'AWS4-HMAC-SHA256 Credential=AKID/20260101/us-east-1/bedrock/aws4_request'

type Sent = readonly (readonly [string, string])[]

/** As API Gateway tells headers: all values in one map, the last of each in the other. */
function event(sent: Sent): AuthorizerEvent {
  const multiValueHeaders: Record<string, string[]> = {}
  for (const [name, value] of sent) {
    multiValueHeaders[name] = [...(multiValueHeaders[name] ?? []), value]
  }
  return { methodArn, headers: Object.fromEntries(sent), multiValueHeaders }
}

describe('a key is taken from', () => {
  it.each<[string, Sent]>([
    ['x-api-key', [['x-api-key', key]]],
    ['X-Api-Key', [['X-Api-Key', key]]],
    ['Authorization: Bearer', [['Authorization', `Bearer ${key}`]]],
    ['authorization: bearer', [['authorization', `bearer ${key}`]]],
    ['a bearer with spaces', [['Authorization', ` BEARER   ${key} `]]],
    [
      'both, when they agree',
      [
        ['x-api-key', key],
        ['authorization', `Bearer ${key}`],
      ],
    ],
    [
      'x-api-key beside a signature',
      [
        ['x-api-key', key],
        ['authorization', signature],
      ],
    ],
  ])('%s', async (_, sent) => {
    expect(await handler(event(sent))).toEqual({
      principalId: 'demo',
      usageIdentifierKey: key,
      context: { team: 'demo', keyId: '0a1b2c3d' },
      policyDocument: {
        Version: '2012-10-17',
        Statement: [
          {
            Action: 'execute-api:Invoke',
            Effect: 'Allow',
            Resource: 'arn:aws:execute-api:us-east-1:123456789012:abcdef/v1/*',
          },
        ],
      },
    })
  })

  it('single headers, where those are all there is', async () => {
    const verdict = await handler({
      methodArn,
      headers: { 'x-api-key': key },
      multiValueHeaders: null,
    })
    expect(verdict.usageIdentifierKey).toBe(key)
  })
})

describe('a request is refused with', () => {
  it.each<[string, Sent]>([
    ['no header', []],
    ['an empty key', [['x-api-key', '']]],
    ['a malformed key', [['x-api-key', 'sk-something']]],
    ['a key and more', [['x-api-key', `${key},${key}`]]],
    ['a key in capitals', [['x-api-key', key.toUpperCase()]]],
    ['a line break', [['x-api-key', `${key}\n`]]],
    ['another scheme', [['authorization', `Basic ${key}`]]],
    ['a bare authorization', [['authorization', key]]],
    ['a signature alone', [['authorization', signature]]],
    [
      'an empty bearer beside a key',
      [
        ['x-api-key', key],
        ['authorization', 'Bearer'],
      ],
    ],
    [
      'two keys of one header',
      [
        ['x-api-key', key],
        ['x-api-key', key],
      ],
    ],
    [
      'one header in two spellings',
      [
        ['x-api-key', key],
        ['X-API-KEY', other],
      ],
    ],
    [
      'two authorizations',
      [
        ['authorization', `Bearer ${key}`],
        ['authorization', signature],
      ],
    ],
    [
      'two different keys',
      [
        ['x-api-key', key],
        ['authorization', `Bearer ${other}`],
      ],
    ],
  ])('%s', async (_, sent) => {
    const verdict = await handler(event(sent))
    expect(verdict.policyDocument.Statement[0].Effect).toBe('Deny')
    expect(Object.keys(verdict).sort()).toEqual(['policyDocument', 'principalId'])
    expect(verdict.principalId).toBe('nobody')
  })

  it('headers missing altogether', async () => {
    const verdict = await handler({ methodArn, headers: null, multiValueHeaders: null })
    expect(verdict.policyDocument.Statement[0].Effect).toBe('Deny')
  })
})

it('writes nothing', async () => {
  const written = [process.stdout, process.stderr].map((stream) => vi.spyOn(stream, 'write'))
  await handler(event([['x-api-key', key]]))
  await handler(event([['x-api-key', 'wrong']]))
  for (const write of written) expect(write).not.toHaveBeenCalled()
  vi.restoreAllMocks()
})
