/** Which method answers a path, and what an authorizer's policy lets through. */
import { describe, expect, it } from 'vitest'
import type { Method } from '../local/gateway/methods.ts'
import { evaluate, matches } from '../local/gateway/policy.ts'
import { openRouter } from '../local/gateway/routing.ts'

const method = (route: string): Method => {
  const [verb = '', resourcePath = ''] = route.split(' ')
  return {
    resourcePath,
    verb,
    resourceId: resourcePath,
    keyRequired: false,
    authorizer: undefined,
    functionArn: '',
    mode: 'STREAM',
    timeoutMs: 1000,
    throttle: undefined,
  }
}

const route = openRouter(
  [
    'ANY /',
    'ANY /{proxy+}',
    'POST /bedrock',
    'GET /bedrock/{model}',
    'GET /bedrock/list',
    'GET /bedrock/{model}/parts/{part}',
    'POST /files/{path+}',
  ].map(method),
)

describe('routing', () => {
  it.each([
    ['GET', '/', 'ANY /', null],
    ['POST', '/bedrock', 'POST /bedrock', null],
    ['POST', '/bedrock/', 'POST /bedrock', null],
    ['GET', '/bedrock/list', 'GET /bedrock/list', null],
    ['GET', '/bedrock/llama', 'GET /bedrock/{model}', { model: 'llama' }],
    ['GET', '/bedrock/a%2Fb%253A', 'GET /bedrock/{model}', { model: 'a%2Fb%253A' }],
    ['GET', '/bedrock/x/parts/y', 'GET /bedrock/{model}/parts/{part}', { model: 'x', part: 'y' }],
    ['GET', '/bedrock/x/nothing', 'ANY /{proxy+}', { proxy: 'bedrock/x/nothing' }],
    ['PATCH', '/elsewhere', 'ANY /{proxy+}', { proxy: 'elsewhere' }],
    ['POST', '/files/a/b/c', 'POST /files/{path+}', { path: 'a/b/c' }],
  ])('%s %s is answered by %s', (verb, path, expected, parameters) => {
    const matched = route(verb, path)
    if (typeof matched === 'string') throw new Error(matched)
    expect(`${matched.method.verb} ${matched.method.resourcePath}`).toBe(expected)
    expect(matched.pathParameters).toEqual(parameters)
  })

  it('gives a resource without the verb to nobody, not even to the catch-all', () => {
    expect(route('DELETE', '/bedrock')).toBe('no-such-method')
    expect(route('GET', '/files/a')).toBe('no-such-method')
  })

  it('knows a path that cannot be decoded', () => {
    expect(route('GET', '/bedrock/%E0%A4%A')).toBe('malformed')
  })
})

const statement = (Effect: string, Resource: unknown, Action: unknown = 'execute-api:Invoke') => ({
  Effect,
  Resource,
  Action,
})
const arn = 'arn:aws:execute-api:us-east-1:123456789012:api/v1/GET/bedrock/llama'

describe('a policy', () => {
  it.each([
    ['allowed', [statement('Allow', 'arn:aws:execute-api:*:*:api/v1/*')]],
    ['allowed', [statement('Allow', [arn, 'other'], ['execute-api:*'])]],
    ['not-allowed', [statement('Allow', 'arn:aws:execute-api:*:*:api/v2/*')]],
    ['not-allowed', [statement('Allow', '*', 's3:GetObject')]],
    ['denied', [statement('Allow', '*'), statement('Deny', '*/GET/*')]],
    ['unreadable', []],
    ['unreadable', [{ ...statement('Allow', '*'), Condition: {} }]],
    ['unreadable', [statement('Perhaps', '*')]],
  ])('is %s', (verdict, Statement) => {
    expect(evaluate({ Version: '2012-10-17', Statement }, arn)).toBe(verdict)
  })

  it('takes wildcards and nothing else as patterns', () => {
    expect(matches('a.c', 'abc')).toBe(false)
    expect(matches('a?c', 'abc')).toBe(true)
    expect(matches('*/*', 'a/b/c')).toBe(true)
  })
})
