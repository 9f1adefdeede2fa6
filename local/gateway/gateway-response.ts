/** Words a refusal as the template's gateway responses have it, else as API Gateway does by itself. */
import { validateHeaderValue } from 'node:http'
import { isValues, NotServed, numberOf, textOf, type Values, valuesOf } from '../template/values.ts'
import type { Find } from './api.ts'
import { type Exchange, requestContextOf } from './event.ts'
import { headerValues } from './incoming.ts'
import { type Refusal, responseTypes } from './refusals.ts'

export type GatewayResponse = {
  readonly status: number | undefined
  /** Header name to its mapping: `'literal'`, `context.requestId`, `method.request.header.X`. */
  readonly headers: Readonly<Record<string, string>>
  readonly contentType: string
  readonly template: string | undefined
}

export type Worded = {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

const variable =
  /\$(context|stageVariables|method\.request\.header|method\.request\.querystring)\.(\w[\w.-]*\w|\w)/g
const mapping =
  /^(context|stageVariables|method\.request\.header|method\.request\.querystring)\.([\w.-]+)$/
const literal = /^'(.*)'$/s
const headerPrefix = 'gatewayresponse.header.'

/** What `$context` has of a refused request; more stops the server. */
const contextNames = [
  'accountId',
  'apiId',
  'authorizer',
  'domainName',
  'domainPrefix',
  'error',
  'extendedRequestId',
  'httpMethod',
  'identity',
  'path',
  'protocol',
  'requestId',
  'requestTime',
  'requestTimeEpoch',
  'resourceId',
  'resourcePath',
  'stage',
]
const errorNames = ['message', 'messageString', 'responseType', 'validationErrorString']

export function readGatewayResponses(find: Find): ReadonlyMap<string, GatewayResponse> {
  return new Map(
    find('AWS::ApiGateway::GatewayResponse').map(({ path, properties }) => {
      const type = String(properties.ResponseType)
      if (!responseTypes.some((known) => known === type)) {
        throw new NotServed(`${path}: ${type} is no type of gateway response.`)
      }
      const [template, ...others] = Object.entries(valuesOf(properties.ResponseTemplates))
      if (others.length > 0) throw new NotServed(`${path}: the local gateway serves one template.`)
      const response: GatewayResponse = {
        status: numberOf(properties.StatusCode),
        headers: readHeaders(valuesOf(properties.ResponseParameters), path),
        contentType: template?.[0] ?? 'application/json',
        template: textOf(template?.[1]),
      }
      for (const [, source = '', name = ''] of (response.template ?? '').matchAll(variable)) {
        checkVariable(source, name, path)
      }
      return [type, response]
    }),
  )
}

function readHeaders(parameters: Values, path: string): Record<string, string> {
  const entries = Object.entries(parameters).map(([name, value]) => {
    const [, source = '', variableName = ''] = mapping.exec(String(value)) ?? []
    if (!name.startsWith(headerPrefix) || !(literal.test(String(value)) || source !== '')) {
      throw new NotServed(`${path}: the mapping ${name} = ${value} is not known.`)
    }
    if (source !== '') checkVariable(source, variableName, path)
    return [name.slice(headerPrefix.length).toLowerCase(), String(value)] as const
  })
  return Object.fromEntries(entries)
}

function checkVariable(source: string, name: string, path: string): void {
  if (source !== 'context') return
  const [first = '', second = ''] = name.split('.')
  const known = contextNames.includes(first) && (first !== 'error' || errorNames.includes(second))
  if (!known) throw new NotServed(`${path}: the local gateway does not know $context.${name}.`)
}

/** What the client of a refused request gets. */
export function word(refusal: Refusal, exchange: Exchange): Worded {
  const { responses } = exchange.api
  const family = refusal.status < 500 ? 'DEFAULT_4XX' : 'DEFAULT_5XX'
  const response = responses.get(refusal.type) ?? responses.get(family)
  const value = variablesOf(refusal, exchange)
  const mapped = Object.entries(response?.headers ?? {}).flatMap(([name, source]) => {
    const [, text] = literal.exec(source) ?? []
    const [, from = '', of = ''] = mapping.exec(source) ?? []
    const sent = text ?? value(from, of)
    return sent === undefined || !isHeaderValue(sent) ? [] : [[name, sent] as const]
  })
  const template = response?.template ?? defaultTemplate(refusal)
  return {
    status: response?.status ?? refusal.status,
    headers: {
      'content-type': response?.contentType ?? 'application/json',
      'x-amzn-errortype': refusal.errorType,
      ...Object.fromEntries(mapped),
    },
    body: template.replace(variable, (_, from: string, of: string) => value(from, of) ?? ''),
  }
}

/** The one default that writes its key with a capital letter. */
const defaultTemplate = ({ type }: Refusal) =>
  type === 'ACCESS_DENIED'
    ? '{"Message":$context.error.messageString}'
    : '{"message":$context.error.messageString}'

function variablesOf({ message, type }: Refusal, exchange: Exchange) {
  const error = { message, messageString: JSON.stringify(message), responseType: type }
  const context: Values = { ...requestContextOf(exchange), error }
  return function value(source: string, name: string): string | undefined {
    switch (source) {
      case 'context':
        return textOf(name.split('.').reduce<unknown>(part, context))
      case 'stageVariables':
        return exchange.api.stageVariables?.[name]
      case 'method.request.header':
        return headerValues(exchange.incoming, name).at(-1)
      default:
        return exchange.incoming.query.findLast(([key]) => key === name)?.[1]
    }
  }
}

const part = (value: unknown, key: string) => (isValues(value) ? value[key] : undefined)

function isHeaderValue(value: string): boolean {
  try {
    validateHeaderValue('x', value)
    return true
  } catch {
    return false
  }
}
