/** What API Gateway refuses by itself has the same body as what the function refuses. */
import { ResponseType } from 'aws-cdk-lib/aws-apigateway'
import { describe, expect, it } from 'vitest'
import config from '../tollgate.config.ts'
import { resourcesOf, synthesise } from './support/stack.ts'

const { root } = synthesise(config)
const responses = new Map(
  resourcesOf(root, 'AWS::ApiGateway::GatewayResponse').map(({ Properties }) => [
    Properties.ResponseType as string,
    Properties,
  ]),
)

/** As API Gateway does it: variables are put in, and nothing is escaped. */
function bodyOf(type: string, message: string) {
  const template: string = responses.get(type)?.ResponseTemplates['application/json'] ?? ''
  return JSON.parse(
    template
      .replaceAll('$context.error.messageString', JSON.stringify(message))
      .replaceAll('$context.requestId', 'a1b2'),
  )
}

const table = [
  ['INVALID_API_KEY', '401', 'authentication_error', 'invalid_api_key'],
  ['UNAUTHORIZED', '401', 'authentication_error', 'invalid_api_key'],
  ['ACCESS_DENIED', '401', 'authentication_error', 'invalid_api_key'],
  ['EXPIRED_TOKEN', '401', 'authentication_error', 'invalid_api_key'],
  ['MISSING_AUTHENTICATION_TOKEN', '404', 'not_found_error', 'route_not_found'],
  ['INVALID_SIGNATURE', '404', 'not_found_error', 'route_not_found'],
  ['RESOURCE_NOT_FOUND', '404', 'not_found_error', 'route_not_found'],
  ['QUOTA_EXCEEDED', '429', 'rate_limit_error', 'quota_exceeded'],
  ['THROTTLED', '429', 'rate_limit_error', 'throttled'],
  ['REQUEST_TOO_LARGE', '413', 'request_too_large', 'request_too_large'],
  ['UNSUPPORTED_MEDIA_TYPE', '415', 'invalid_request_error', 'unsupported_media_type'],
  ['BAD_REQUEST_BODY', '400', 'invalid_request_error', 'invalid_body'],
  ['BAD_REQUEST_PARAMETERS', '400', 'invalid_request_error', 'invalid_body'],
  ['WAF_FILTERED', '403', 'permission_error', 'access_denied'],
  ['INTEGRATION_FAILURE', '502', 'api_error', 'upstream_error'],
  ['INTEGRATION_TIMEOUT', '504', 'timeout_error', 'upstream_timeout'],
  ['AUTHORIZER_FAILURE', '500', 'api_error', 'internal_error'],
  ['AUTHORIZER_CONFIGURATION_ERROR', '500', 'api_error', 'internal_error'],
  ['API_CONFIGURATION_ERROR', '500', 'api_error', 'internal_error'],
  ['DEFAULT_4XX', undefined, 'invalid_request_error', 'invalid_body'],
  ['DEFAULT_5XX', undefined, 'api_error', 'internal_error'],
] as const

describe('gateway responses', () => {
  it('has one for every kind there is', () => {
    const kinds = Object.values(ResponseType).map(({ responseType }) => responseType)
    expect([...responses.keys()].sort()).toEqual(kinds.sort())
    expect(table.map(([type]) => type).sort()).toEqual(kinds.sort())
  })

  it.each(table)('%s is %s, %s, %s', (type, status, kind, code) => {
    expect(responses.get(type)?.StatusCode).toBe(status)
    const body = bodyOf(type, 'He said "no"')
    expect(body).toEqual({
      type: 'error',
      error: { type: kind, code, message: body.message, param: null },
      message: expect.stringMatching(/\S/),
      request_id: 'a1b2',
    })
    const headers = responses.get(type)?.ResponseParameters
    expect(headers['gatewayresponse.header.x-request-id']).toBe('context.requestId')
  })

  it('says what clients know of a spent quota and of a throttle', () => {
    expect(bodyOf('QUOTA_EXCEEDED', '?').message).toBe('Limit Exceeded')
    expect(bodyOf('THROTTLED', '?').message).toBe('Too Many Requests')
  })

  it('asks for the header that is read', () => {
    expect(bodyOf('ACCESS_DENIED', '?').message).toContain('Authorization: Bearer')
    const headerMode = synthesise({ ...config, auth: 'x-api-key' }).root
    expect(JSON.stringify(headerMode)).not.toContain('Bearer')
  })

  it('promises a wait only where a constant is true', () => {
    const quota = responses.get('QUOTA_EXCEEDED')?.ResponseParameters
    expect(quota['gatewayresponse.header.x-should-retry']).toBe("'false'")
    const waits = [...responses].filter(([, each]) => JSON.stringify(each).includes('retry-after'))
    expect(waits.map(([type]) => type)).toEqual(['THROTTLED'])
  })
})
