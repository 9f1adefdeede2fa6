/** Lets web pages of listed origins in: what answers a browser's preflight, and headers of refusals. */
import {
  ContentHandling,
  type IResource,
  MockIntegration,
  PassthroughBehavior,
} from 'aws-cdk-lib/aws-apigateway'
import type { GatewayConfig } from '../lambda/core/config.ts'
import { dialects } from '../lambda/dialects/index.ts'

type Cors = NonNullable<GatewayConfig['cors']>

const allowOrigin = 'Access-Control-Allow-Origin'

/** A wrong verb is told by its answer; a browser would hide the 404 behind a failed preflight. */
const methods = [
  ...new Set(['GET', ...dialects.flatMap(({ routes }) => routes.map(({ method }) => method))]),
]

const preflightHeaders = {
  'Access-Control-Allow-Methods': methods.join(','),
  /** Fetch, "CORS non-wildcard request-header name": `*` is every header but this one. */
  'Access-Control-Allow-Headers': 'authorization,*',
  /** Seconds. Chromium keeps no preflight for longer than two hours. */
  'Access-Control-Max-Age': '7200',
}

/** API Gateway answers it by itself: no key, no authorizer, no function. */
export function addPreflight(resource: IResource, { origins }: Cors): void {
  const [first = '', ...others] = origins
  const headers = {
    [allowOrigin]: first,
    ...preflightHeaders,
    ...(others.length > 0 && { Vary: 'Origin' }),
  }
  const named = (value: (text: string) => string | boolean) =>
    Object.fromEntries(
      Object.entries(headers).map(([name, text]) => [
        `method.response.header.${name}`,
        value(text),
      ]),
    )
  const integration = new MockIntegration({
    /** With the binary type of every media type, a mock that keeps bytes as they are fails with 500. */
    contentHandling: ContentHandling.CONVERT_TO_TEXT,
    passthroughBehavior: PassthroughBehavior.NEVER,
    requestTemplates: { 'application/json': '{"statusCode": 204}' },
    integrationResponses: [
      {
        statusCode: '204',
        contentHandling: ContentHandling.CONVERT_TO_TEXT,
        responseParameters: named((text) => `'${text}'`) as Record<string, string>,
        responseTemplates: { 'application/json': otherOrigins(others) },
      },
    ],
  })
  resource.addMethod('OPTIONS', integration, {
    apiKeyRequired: false,
    methodResponses: [
      { statusCode: '204', responseParameters: named(() => true) as Record<string, boolean> },
    ],
  })
}

/**
 * VTL: an origin of the list is told that it is on it, by words of the configuration. A header's name
 * comes as the browser wrote it, in small letters over HTTP/2.
 */
function otherOrigins(origins: readonly string[]): string {
  if (origins.length === 0) return ''
  const cases = origins.map((origin, index) => {
    const sent = ['Origin', 'origin'].map((name) => `$headers.get("${name}") == "${origin}"`)
    const lines = [
      `#${index === 0 ? 'if' : 'elseif'}(${sent.join(' || ')})`,
      `#set($context.responseOverride.header.${allowOrigin} = "${origin}")`,
    ]
    return lines.join('\n')
  })
  return ['#set($headers = $input.params().header)', ...cases, '#end'].join('\n')
}

/**
 * On what is refused before the function. A gateway response knows constants alone: one origin, or
 * every one, who learn that they were refused.
 */
export function refusalHeaders(cors: Cors | undefined): Readonly<Record<string, string>> {
  if (cors === undefined) return {}
  const [first = '*', ...others] = cors.origins
  return {
    'access-control-allow-origin': others.length === 0 ? first : '*',
    'access-control-expose-headers': '*',
  }
}
