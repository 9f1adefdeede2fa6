/** Answers of API Gateway's own on this machine: their mapping templates, and where they stop. */
import { describe, expect, it } from 'vitest'
import { startLocal } from '../local/gateway/local.ts'
import { readMappingTemplate } from '../local/gateway/mapping-template.ts'
import {
  answering,
  apiOf,
  functionOf,
  gatewayResponse,
  type Resources,
  startProject,
  writeAssembly,
} from './gateway-project.ts'

const asked = (headers: Record<string, string>) => ({
  input: { params: () => ({ header: { get: (name: unknown) => headers[String(name)] } }) },
})

const template = `#set($headers = $input.params().header)
#if($headers.get("Origin") == "https://a.example" || $headers.get("origin") == "https://a.example")
#set($context.responseOverride.header.X-Seen = "a")
#elseif(!($headers.get("Origin") != "https://b.example") && $headers.get("Key"))
#set($context.responseOverride.header.X-Seen = "b")
#else
nobody
#end`

describe('a mapping template', () => {
  it.each([
    [{ Origin: 'https://a.example' }, { 'X-Seen': 'a' }],
    [{ origin: 'https://a.example' }, { 'X-Seen': 'a' }],
    [{ Origin: 'https://b.example', Key: 'k' }, { 'X-Seen': 'b' }],
    [{ Origin: 'https://b.example' }, {}],
    [{}, {}],
  ])('is run for %j', (headers, seen) => {
    const ran = readMappingTemplate(template)(asked(headers as Record<string, string>))
    expect(Object.fromEntries(ran.headers)).toEqual(seen)
    expect(ran.text.trim()).toBe(Object.keys(seen).length === 0 ? 'nobody' : '')
  })

  it('sees no more of a value than it has', () => {
    const run = readMappingTemplate(
      '#if($input.constructor)yes#{else}no#end'.replace('#{else}', '#else '),
    )
    expect(run({ input: {} }).text.trim()).toBe('no')
    expect(readMappingTemplate('#if($missing.some().thing == "x")yes#end')({}).text).toBe('')
  })

  it.each([
    '$input.body',
    '#foreach($one in $all)#end',
    '#if($a)',
    '#if($a == "b"',
    '#set($context.status = "200")',
    '#set($a "b")',
    '#if($a < "b")#end',
    '#if($a.size() > 1)#end',
    '#end',
  ])('stops at %s', (source) => {
    expect(() => readMappingTemplate(source)).toThrow('which the local gateway cannot run')
  })
})

type Change = (method: { Integration: Record<string, unknown> } & Record<string, unknown>) => void

const header = (name: string) => `method.response.header.${name}`

/** `OPTIONS /x`, answered by API Gateway, beside `GET /x`. */
function withMock(change: Change = () => {}): Resources {
  const resources = { ...apiOf({ 'GET /x': {}, 'OPTIONS /x': {} }), ...functionOf('Answer') }
  const [, mock] = Object.entries(resources).find(([, each]) =>
    JSON.stringify(each).includes('OPTIONS'),
  ) as unknown as [string, { Properties: Parameters<Change>[0] }]
  mock.Properties.Integration = {
    Type: 'MOCK',
    PassthroughBehavior: 'NEVER',
    RequestTemplates: { 'application/json': '{"statusCode": 200}' },
    IntegrationResponses: [
      {
        StatusCode: '200',
        ResponseParameters: { [header('X-Kind')]: "'mock'", [header('X-Seen')]: "'nobody'" },
        ResponseTemplates: { 'application/json': `${template}\n{"mock": true}` },
      },
    ],
  }
  mock.Properties.MethodResponses = [
    {
      StatusCode: '200',
      ResponseParameters: { [header('X-Kind')]: true, [header('X-Seen')]: true },
    },
  ]
  change(mock.Properties)
  return resources
}

const functions = { Answer: answering('1') }

describe('a mock', () => {
  it('answers by itself, beside a function', async () => {
    const refusal = gatewayResponse('UNSUPPORTED_MEDIA_TYPE', {
      ResponseParameters: { 'gatewayresponse.header.x-kind': "'refusal'" },
    })
    const { url } = await startProject({ functions, resources: { ...withMock(), ...refusal } })
    const options = (headers: Record<string, string>) =>
      fetch(`${url}/x`, { method: 'OPTIONS', headers })
    const answer = await options({ Origin: 'https://a.example' })
    expect(answer.status).toBe(200)
    expect(await answer.json()).toEqual({ mock: true })
    expect(Object.fromEntries(answer.headers)).toMatchObject({
      'content-type': 'application/json',
      'x-kind': 'mock',
      'x-seen': 'a',
    })
    expect((await options({})).headers.get('x-seen')).toBe('nobody')
    const other = await options({ 'content-type': 'text/plain' })
    expect([other.status, other.headers.get('x-kind')]).toEqual([415, 'refusal'])
    expect(await (await fetch(`${url}/x`)).json()).toBe(1)
  })

  const wrongs: readonly [string, Change, string][] = [
    ['a status it does not have', (it) => (it.MethodResponses = []), 'has no response 200'],
    [
      'another status than it asks for',
      ({ Integration }) => (Integration.RequestTemplates = { 'application/json': '{}' }),
      'must ask for statusCode 200',
    ],
    [
      'a header it has not declared',
      (it) => (it.MethodResponses = [{ StatusCode: '200' }]),
      'the mapping method.response.header.X-Kind',
    ],
    [
      'bodies that pass through',
      ({ Integration }) => delete Integration.PassthroughBehavior,
      'PassthroughBehavior must be NEVER',
    ],
    [
      'a template it cannot run',
      ({ Integration }) => {
        const [response] = Integration.IntegrationResponses as { ResponseTemplates: object }[]
        if (response) response.ResponseTemplates = { 'application/json': '$input.body' }
      },
      'cannot run',
    ],
  ]

  it.each(wrongs)('stops the start with %s', async (_, change, message) => {
    const assembly = await writeAssembly({ functions, resources: withMock(change) })
    const bedrock = { type: 'url', url: 'http://127.0.0.1:9' } as const
    await expect(startLocal({ assembly, bedrock })).rejects.toThrow(message)
  })
})
