/** Answers of API Gateway's own, which ask no function: `MOCK` integrations and their mappings. */
import type { Deployed } from '../template/deploy.ts'
import { listOf, NotServed, numberOf, textOf, type Values, valuesOf } from '../template/values.ts'
import type { Exchange } from './event.ts'
import { headerValues, type Pair } from './incoming.ts'
import { type Client, gatewayHeaders, type Outcome } from './integrate.ts'
import { type Ran, readMappingTemplate } from './mapping-template.ts'
import { refusals } from './refusals.ts'

export type Mock = {
  readonly status: number
  /** What is sent where the template says nothing else. */
  readonly headers: ReadonlyMap<string, string>
  readonly run: (things: Values) => Ran
}

/** The one media type there is a template for; a request without a body is taken for it. */
const mediaType = 'application/json'
const headerPrefix = 'method.response.header.'
const literal = /^'(.*)'$/s

export function readMock({ path, properties }: Deployed): Mock {
  const integration = valuesOf(properties.Integration)
  const [response, ...others] = listOf(integration.IntegrationResponses).map(valuesOf)
  if (response === undefined || others.length > 0) {
    throw new NotServed(`${path}: the local gateway serves a mock with one response.`)
  }
  const status = numberOf(response.StatusCode)
  const declared = listOf(properties.MethodResponses)
    .map(valuesOf)
    .find(({ StatusCode }) => numberOf(StatusCode) === status)
  if (status === undefined || declared === undefined) {
    throw new NotServed(`${path}: the method has no response ${response.StatusCode}.`)
  }
  if (requestedStatus(valuesOf(integration.RequestTemplates)) !== status) {
    throw new NotServed(`${path}: its template of ${mediaType} must ask for statusCode ${status}.`)
  }
  if (integration.PassthroughBehavior !== 'NEVER') {
    throw new NotServed(`${path}: PassthroughBehavior must be NEVER, and is absent.`)
  }
  const names = Object.keys(valuesOf(declared.ResponseParameters))
  const headers = Object.entries(valuesOf(response.ResponseParameters)).map(([name, value]) => {
    const [, text] = literal.exec(textOf(value) ?? '') ?? []
    if (!name.startsWith(headerPrefix) || !names.includes(name) || text === undefined) {
      throw new NotServed(`${path}: the mapping ${name} = ${value} is not known.`)
    }
    return [name.slice(headerPrefix.length), text] as const
  })
  const template = textOf(valuesOf(response.ResponseTemplates)[mediaType]) ?? ''
  return { status, headers: new Map(headers), run: readMappingTemplate(template) }
}

/** A mock answers with the status its own request has. */
function requestedStatus(templates: Values): number | undefined {
  try {
    return numberOf(valuesOf(JSON.parse(textOf(templates[mediaType]) ?? '')).statusCode)
  } catch {
    return undefined
  }
}

export function answerMock(
  { status, headers, run }: Mock,
  exchange: Exchange,
  { response }: Client,
): Outcome {
  const { incoming } = exchange
  const [type = mediaType] = headerValues(incoming, 'content-type')
  if (type.split(';')[0]?.trim().toLowerCase() !== mediaType) return refusals.unsupportedMediaType
  const input = {
    params: () => ({ header: mapOf(incoming.headers), querystring: mapOf(incoming.query) }),
  }
  const { text, headers: overridden } = run({ input })
  const all = { ...gatewayHeaders(exchange), 'content-type': mediaType }
  for (const [name, value] of [...Object.entries(all), ...headers, ...overridden]) {
    response.setHeader(name, value)
  }
  response.statusCode = status
  response.end(status === 204 ? undefined : text)
  return { status, whole: true }
}

/** By the name as it was sent. */
const mapOf = (pairs: readonly Pair[]) => ({
  get: (asked: unknown) => pairs.findLast(([name]) => name === asked)?.[1],
})
