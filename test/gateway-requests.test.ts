/** What a client of the local gateway meets, in API Gateway's own words or the template's. */
import { request } from 'node:http'
import { describe, expect, it } from 'vitest'
import type { LocalOptions } from '../local/gateway/local.ts'
import {
  answering,
  apiOf,
  functionOf,
  gatewayResponse,
  planOf,
  type Resources,
  startProject,
} from './gateway-project.ts'

const authorizer = `
  export const handler = async ({ headers, methodArn, type, requestContext }) => {
    const key = (headers.Authorization ?? headers.authorization ?? '').replace('Bearer ', '')
    if (key === 'unauthorized') throw new Error('Unauthorized')
    if (key === 'throws') throw new Error('at work')
    if (key === 'nonsense') return { principalId: 'x' }
    const Effect = key === 'denied' ? 'Deny' : 'Allow'
    const Resource = key === 'elsewhere' ? 'arn:aws:execute-api:*:*:other/*' : methodArn
    const Statement = [{ Action: 'execute-api:Invoke', Effect, Resource }]
    const context = { team: 'one', about: type, number: 1, id: requestContext.requestId }
    return { principalId: key, policyDocument: { Statement }, usageIdentifierKey: key, context }
  }`

const functions = { Answer: answering('event'), Authorize: authorizer }
const key = 'one00000000000000000000'
const other = 'other000000000000000000'

function start(resources: Resources, options: LocalOptions = {}) {
  const all = { ...functionOf('Answer'), ...functionOf('Authorize'), ...resources }
  return startProject({ functions, resources: all }, options)
}

const keyed = (plan: object, more: Resources = {}): Resources => ({
  ...apiOf({ 'GET /x': { keyed: true }, 'GET /open': {} }),
  ...planOf('Plan', plan, { one: key, other }),
  ...more,
})

const get = (url: string, headers: Record<string, string> = {}) => fetch(url, { headers })

async function facts(answer: Response) {
  return [answer.status, await answer.text(), answer.headers.get('x-amzn-errortype')]
}

describe('a function is told of the request', () => {
  it('as API Gateway’s REST proxy event', async () => {
    const { url } = await start(apiOf({ 'POST /models/{id}': {} }))
    const answer = await fetch(`${url}/models/a%20b?x=1&x=2&y=%2F`, {
      method: 'POST',
      headers: { 'User-Agent': 'test', 'X-Custom': 'yes' },
      body: 'text ✓',
    })
    const event = JSON.parse(await answer.text())
    expect(event).toMatchObject({
      resource: '/models/{id}',
      path: '/models/a%20b',
      httpMethod: 'POST',
      pathParameters: { id: 'a%20b' },
      queryStringParameters: { x: '2', y: '/' },
      multiValueQueryStringParameters: { x: ['1', '2'], y: ['/'] },
      stageVariables: null,
      body: Buffer.from('text ✓').toString('base64'),
      isBase64Encoded: true,
      requestContext: {
        accountId: '123456789012',
        httpMethod: 'POST',
        identity: { sourceIp: '127.0.0.1', userAgent: 'test' },
        path: '/v1/models/a%20b',
        protocol: 'HTTP/1.1',
        requestId: answer.headers.get('x-amzn-requestid'),
        resourcePath: '/models/{id}',
        stage: 'v1',
      },
    })
    expect(event.multiValueHeaders['X-Custom']).toEqual(['yes'])
    expect(event.headers['X-Forwarded-Proto']).toBe('http')
  })

  it('with no body, no query and no path parameters as null', async () => {
    const { url } = await start(apiOf({ 'GET /x': {} }))
    expect(await (await get(`${url}/x`)).json()).toMatchObject({
      body: null,
      isBase64Encoded: false,
      pathParameters: null,
      queryStringParameters: null,
      multiValueQueryStringParameters: null,
    })
  })

  it('with what the authorizer said, as text, and the key it named', async () => {
    const resources = apiOf(
      { 'GET /x': { keyed: true, authorized: true } },
      { keySource: 'AUTHORIZER' },
    )
    const { url } = await start({ ...resources, ...planOf('Plan', {}, { one: key }) })
    const answer = await get(`${url}/x`, { authorization: `Bearer ${key}` })
    const { requestContext } = JSON.parse(await answer.text())
    expect(requestContext).toMatchObject({
      authorizer: {
        principalId: key,
        team: 'one',
        about: 'REQUEST',
        number: '1',
        id: requestContext.requestId,
        integrationLatency: expect.any(Number),
      },
      identity: { apiKey: key, apiKeyId: expect.any(String) },
    })
  })
})

describe('API Gateway refuses in its own words', () => {
  it('a key that is missing or unknown, and leaves open methods open', async () => {
    const { url } = await start(keyed({}))
    const forbidden = [403, '{"message":"Forbidden"}', 'ForbiddenException']
    expect(await facts(await get(`${url}/x`))).toEqual(forbidden)
    expect(await facts(await get(`${url}/x`, { 'x-api-key': 'unknown' }))).toEqual(forbidden)
    expect((await get(`${url}/open`, { 'x-api-key': 'unknown' })).status).toBe(200)
    expect((await get(`${url}/x`, { 'x-api-key': key })).status).toBe(200)
  })

  it('a key that is disabled, or in no plan of the stage', async () => {
    const { oneKey, oneLink, ...others } = keyed({})
    const disabled = { Enabled: false, Name: 'one', Value: key }
    const { url } = await start({
      ...others,
      oneLink: oneLink ?? {},
      oneKey: { ...oneKey, Properties: disabled },
      loose: { ...oneKey, Properties: { ...disabled, Enabled: true, Value: 'loose' } },
    })
    expect((await get(`${url}/x`, { 'x-api-key': key })).status).toBe(403)
    expect((await get(`${url}/x`, { 'x-api-key': 'loose' })).status).toBe(403)
    expect((await get(`${url}/x`, { 'x-api-key': other })).status).toBe(200)
  })

  it('what no method answers, reading any Authorization as a signature', async () => {
    const { url } = await start(keyed({}))
    const missing = '{"message":"Missing Authentication Token"}'
    const type = 'MissingAuthenticationTokenException'
    expect(await facts(await get(`${url}/nowhere`))).toEqual([403, missing, type])
    const posted = await fetch(`${url}/x`, { method: 'POST', body: 'x' })
    expect(await facts(posted)).toEqual([403, missing, type])
    const signed = await get(`${url}/nowhere`, { authorization: 'Bearer x' })
    expect(await facts(signed)).toEqual([
      403,
      expect.stringMatching(/^\{"message":"Invalid key=value pair .*: '[\w+/=]{44}'\."\}$/),
      'IncompleteSignatureException',
    ])
  })

  it('what the authorizer refuses, and its failures', async () => {
    const resources = apiOf(
      { 'GET /x': { keyed: true, authorized: true } },
      { keySource: 'AUTHORIZER' },
    )
    const { url } = await start({ ...resources, ...planOf('Plan', {}, { one: key }) })
    const ask = async (value: string) =>
      facts(await get(`${url}/x`, { authorization: `Bearer ${value}`, 'x-api-key': key }))
    const denied = '{"Message":"User is not authorized to access this resource'
    expect(await ask('denied')).toEqual([
      403,
      `${denied} with an explicit deny"}`,
      'AccessDeniedException',
    ])
    expect(await ask('elsewhere')).toEqual([403, `${denied}"}`, 'AccessDeniedException'])
    const unauthorized = [401, '{"message":"Unauthorized"}', 'UnauthorizedException']
    expect(await ask('unauthorized')).toEqual(unauthorized)
    const failed = [500, '{"message":null}', 'AuthorizerConfigurationException']
    expect(await ask('throws')).toEqual(failed)
    expect(await ask('nonsense')).toEqual(failed)
    expect(await ask('unknown')).toEqual([403, '{"message":"Forbidden"}', 'ForbiddenException'])
    expect((await ask(key))[0]).toBe(200)
  })

  it('the fourth request of three, and no other key’s', async () => {
    const { url } = await start(keyed({ Quota: { Limit: 3, Period: 'MONTH' } }))
    for (let count = 0; count < 3; count += 1) {
      expect((await get(`${url}/x`, { 'x-api-key': key })).status).toBe(200)
    }
    const limited = [429, '{"message":"Limit Exceeded"}', 'LimitExceededException']
    expect(await facts(await get(`${url}/x`, { 'x-api-key': key }))).toEqual(limited)
    expect((await get(`${url}/x`, { 'x-api-key': other })).status).toBe(200)
  })

  it('what comes too fast, without counting it', async () => {
    let time = Date.parse('2026-11-20T12:00:00Z')
    const plan = { Throttle: { RateLimit: 1, BurstLimit: 1 }, Quota: { Limit: 2, Period: 'DAY' } }
    const { url } = await start(keyed(plan), { now: () => time })
    const ask = async () => facts(await get(`${url}/x`, { 'x-api-key': key }))
    const throttled = [429, '{"message":"Too Many Requests"}', 'TooManyRequestsException']
    expect((await ask())[0]).toBe(200)
    expect(await ask()).toEqual(throttled)
    time += 1000
    expect((await ask())[0]).toBe(200)
    time += 1000
    expect((await ask())[1]).toBe('{"message":"Limit Exceeded"}')
  })

  it('what the stage’s throttle holds back, without a key too', async () => {
    const settings = [
      { HttpMethod: '*', ResourcePath: '/*', ThrottlingRateLimit: 1, ThrottlingBurstLimit: 1 },
      { HttpMethod: 'GET', ResourcePath: '/~1b', ThrottlingRateLimit: 1, ThrottlingBurstLimit: 2 },
    ]
    const { url } = await start(apiOf({ 'GET /a': {}, 'GET /b': {} }, { settings }), {
      now: () => 0,
    })
    const statuses = []
    for (const path of ['/a', '/a', '/b', '/b', '/b']) statuses.push((await get(url + path)).status)
    expect(statuses).toEqual([200, 429, 200, 200, 429])
  })

  it('headers over 10,240 bytes and bodies over 10 MB', async () => {
    const { url } = await start(apiOf({ 'POST /x': {} }))
    const tooLong = [413, '{"message":"Request Too Long"}', 'RequestTooLargeException']
    const post = (body: string, headers = {}) =>
      fetch(`${url}/x`, { method: 'POST', body, headers })
    expect(await facts(await post('x', { long: 'x'.repeat(10_240) }))).toEqual(tooLong)
    expect(await facts(await post('x'.repeat(10 * 1024 * 1024 + 1)))).toEqual(tooLong)
    /** In base64 it is more than the 6 MB a function takes. */
    expect(await facts(await post('x'.repeat(5 * 1024 * 1024)))).toEqual(tooLong)
  })

  it('a body over 10 MB whose length was not told', async () => {
    const { url } = await start(apiOf({ 'POST /x': {} }))
    const status = await new Promise((resolve, reject) => {
      const sent = request(`${url}/x`, { method: 'POST' }, (answer) => {
        answer.resume()
        resolve(answer.statusCode)
      })
      sent.on('error', reject)
      for (let part = 0; part < 11; part += 1) sent.write(Buffer.alloc(1024 * 1024))
      sent.end()
    })
    expect(status).toBe(413)
  })

  it('a path that cannot be decoded', async () => {
    const { url } = await start(apiOf({ 'GET /{proxy+}': {} }))
    expect((await get(`${url}/%E0%A4%A`)).status).toBe(400)
  })
})

describe('a gateway response', () => {
  it('words a refusal as the template has it', async () => {
    const template =
      '{"m":$context.error.messageString,"raw":"$context.error.message",' +
      '"t":"$context.error.responseType","id":"$context.requestId","p":"$context.resourcePath"}'
    const custom = gatewayResponse('QUOTA_EXCEEDED', {
      StatusCode: '402',
      ResponseTemplates: { 'application/problem+json': template },
      ResponseParameters: {
        'gatewayresponse.header.X-Request-Id': 'context.requestId',
        'gatewayresponse.header.Retry-After': "'60'",
        'gatewayresponse.header.x-echo': 'method.request.header.X-Custom',
        'gatewayresponse.header.x-absent': 'method.request.header.x-absent',
      },
    })
    const { url } = await start(keyed({ Quota: { Limit: 0, Period: 'DAY' } }, custom))
    const answer = await get(`${url}/x`, { 'x-api-key': key, 'x-custom': 'yes' })
    const id = answer.headers.get('x-amzn-requestid')
    expect(answer.status).toBe(402)
    expect(await answer.json()).toEqual({
      m: 'Limit Exceeded',
      raw: 'Limit Exceeded',
      t: 'QUOTA_EXCEEDED',
      id,
      p: '/x',
    })
    expect(answer.headers.get('content-type')).toBe('application/problem+json')
    expect(answer.headers.get('x-request-id')).toBe(id)
    expect(answer.headers.get('retry-after')).toBe('60')
    expect(answer.headers.get('x-echo')).toBe('yes')
    expect(answer.headers.has('x-absent')).toBe(false)
  })

  it('of a whole class holds where there is none of the type itself', async () => {
    const templates = { 'application/json': '{"t":"$context.error.responseType"}' }
    const custom = gatewayResponse('DEFAULT_4XX', { ResponseTemplates: templates })
    const { url } = await start(keyed({}, custom))
    expect(await facts(await get(`${url}/x`))).toEqual([
      403,
      '{"t":"INVALID_API_KEY"}',
      'ForbiddenException',
    ])
  })
})
