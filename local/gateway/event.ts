/** The REST proxy event a function gets, and the context API Gateway knows of a request. */
import { account, executeArn } from '../template/identity.ts'
import type { Api } from './api.ts'
import { headerValues, type Incoming, type Pair } from './incoming.ts'
import type { Matched } from './routing.ts'
import type { ApiKey } from './usage-plans.ts'

/** Where a request is on its way; what is not known yet is absent. */
export type Exchange = {
  readonly api: Api
  readonly incoming: Incoming
  readonly matched?: Matched
  /** What the authorizer said of the caller, as text. */
  readonly authorizer?: Readonly<Record<string, string | number>>
  readonly key?: ApiKey
}

export function requestContextOf({ api, incoming, matched, authorizer, key }: Exchange) {
  const [host = ''] = headerValues(incoming, 'host')
  const [userAgent = null] = headerValues(incoming, 'user-agent')
  return {
    accountId: account,
    apiId: api.id,
    domainName: host,
    domainPrefix: host.split('.')[0] ?? '',
    extendedRequestId: incoming.extendedRequestId,
    httpMethod: incoming.verb,
    identity: {
      accessKey: null,
      accountId: null,
      ...(key !== undefined && { apiKey: key.value, apiKeyId: key.id }),
      caller: null,
      sourceIp: incoming.sourceIp,
      user: null,
      userAgent,
      userArn: null,
    },
    ...(authorizer !== undefined && { authorizer }),
    path: `/${api.stage}${incoming.path}`,
    protocol: incoming.protocol,
    requestId: incoming.requestId,
    requestTime: clfTime(incoming.time),
    requestTimeEpoch: incoming.time,
    resourceId: matched?.method.resourceId ?? '',
    resourcePath: matched?.method.resourcePath ?? '',
    stage: api.stage,
  }
}

/** What the authorizer's event and the function's have in common. */
export function eventOf(exchange: Exchange & { readonly matched: Matched }) {
  const { api, incoming, matched } = exchange
  const headers = withForwarding(incoming)
  return {
    resource: matched.method.resourcePath,
    path: incoming.path,
    httpMethod: incoming.verb,
    headers: lastOf(headers, caseless),
    multiValueHeaders: allOf(headers, caseless),
    queryStringParameters: incoming.query.length === 0 ? null : lastOf(incoming.query, exact),
    multiValueQueryStringParameters:
      incoming.query.length === 0 ? null : allOf(incoming.query, exact),
    pathParameters: matched.pathParameters,
    stageVariables: api.stageVariables,
    requestContext: requestContextOf(exchange),
  }
}

/** With the binary type of every media type, API Gateway sends each body in base64. */
export const proxyEventOf = (exchange: Exchange & { readonly matched: Matched }, body: Buffer) => ({
  ...eventOf(exchange),
  body: body.length === 0 ? null : body.toString('base64'),
  isBase64Encoded: body.length > 0,
})

export const methodArnOf = ({ api, incoming }: Exchange): string =>
  `${executeArn(api)}/${api.stage}/${incoming.verb}${incoming.path}`

export const authorizerEventOf = (exchange: Exchange & { readonly matched: Matched }) => ({
  type: 'REQUEST',
  methodArn: methodArnOf(exchange),
  ...eventOf(exchange),
})

function withForwarding(incoming: Incoming): readonly Pair[] {
  const before = headerValues(incoming, 'x-forwarded-for')
  const own = ['x-forwarded-for', 'x-forwarded-port', 'x-forwarded-proto', 'x-amzn-trace-id']
  const kept = incoming.headers.filter(([name]) => !own.includes(name.toLowerCase()))
  const [, port = '80'] = (headerValues(incoming, 'host')[0] ?? '').split(':')
  return [
    ...kept,
    ['X-Amzn-Trace-Id', incoming.traceId],
    ['X-Forwarded-For', [...before, incoming.sourceIp].join(', ')],
    ['X-Forwarded-Port', port],
    ['X-Forwarded-Proto', 'http'],
  ]
}

const caseless = (name: string) => name.toLowerCase()
const exact = (name: string) => name

/** By the first spelling of each name. */
function grouped(pairs: readonly Pair[], same: (name: string) => string) {
  const groups = Map.groupBy(pairs, ([name]) => same(name))
  return [...groups.values()].map((group) => {
    const name = group[0]?.[0] ?? ''
    return [name, group.map(([, value]) => value)] as const
  })
}

const lastOf = (pairs: readonly Pair[], same: (name: string) => string) =>
  Object.fromEntries(grouped(pairs, same).map(([name, values]) => [name, values.at(-1)]))

const allOf = (pairs: readonly Pair[], same: (name: string) => string) =>
  Object.fromEntries(grouped(pairs, same))

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']

/** `20/Nov/2026:14:24:54 +0000`, the common log format. */
function clfTime(time: number): string {
  const [date = '', clock = ''] = new Date(time).toISOString().split('T')
  const [year, month, day] = date.split('-')
  return `${day}/${months[Number(month) - 1]}/${year}:${clock.slice(0, 8)} +0000`
}
