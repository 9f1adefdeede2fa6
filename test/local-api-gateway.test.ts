/** API Gateway's control plane on this machine, asked by the AWS SDK as it is. */
import {
  APIGatewayClient,
  CreateApiKeyCommand,
  CreateUsagePlanKeyCommand,
  DeleteApiKeyCommand,
  DeleteUsagePlanKeyCommand,
  GetApiKeyCommand,
  GetApiKeysCommand,
  GetUsagePlanCommand,
  GetUsagePlanKeysCommand,
  GetUsagePlansCommand,
  paginateGetApiKeys,
  TagResourceCommand,
  UntagResourceCommand,
  UpdateApiKeyCommand,
} from '@aws-sdk/client-api-gateway'
import { CloudFormationClient, DescribeStacksCommand } from '@aws-sdk/client-cloudformation'
import { describe, expect, it } from 'vitest'
import type { Local, LocalOptions } from '../local/gateway/local.ts'
import {
  answering,
  apiOf,
  functionOf,
  type Project,
  planOf,
  startProject,
  temporaryFolder,
} from './gateway-project.ts'

const made = 'a'.repeat(40)
const value = (letter: string) => letter.repeat(48)

const project: Project = {
  functions: { Answer: answering('{ key: event.requestContext.identity.apiKeyId }') },
  resources: {
    ...apiOf({ 'GET /x': { keyed: true } }),
    ...functionOf('Answer'),
    ...planOf('Gold', { UsagePlanName: 'Gold' } as object, { made }),
    ...planOf('Thin', { UsagePlanName: 'Thin', Quota: { Limit: 2, Period: 'DAY' } } as object, {}),
  },
  template: { Outputs: { Note: { Value: 'a < b & "c"' }, Api: { Value: { Ref: 'Api' } } } },
}

const settings = (local: Local) => ({
  region: 'us-east-1',
  endpoint: local.aws,
  credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  maxAttempts: 1,
})

async function start(options: LocalOptions = {}) {
  const local = await startProject(project, options)
  const client = new APIGatewayClient(settings(local))
  const plans = (await client.send(new GetUsagePlansCommand({}))).items ?? []
  const planId = (name: string) => plans.find((plan) => plan.name === name)?.id ?? ''
  const call = async (key: string) =>
    (await fetch(`${local.url}/x`, { headers: { 'x-api-key': key } })).status
  return { local, client, planId, call }
}

const ofKey = (id = '') => `arn:aws:apigateway:us-east-1::/apikeys/${id}`

describe('a key', () => {
  it('works once it is on a plan, stops when it is disabled, and is gone when deleted', async () => {
    const { client, planId, call } = await start()
    const key = await client.send(
      new CreateApiKeyCommand({
        name: 'one',
        value: value('b'),
        enabled: true,
        tags: { whose: 'ours' },
      }),
    )
    expect(key).toMatchObject({ name: 'one', value: value('b'), enabled: true, stageKeys: [] })
    expect(key.createdDate).toBeInstanceOf(Date)
    expect(await call(value('b'))).toBe(403)
    const keyId = key.id ?? ''
    const usagePlanId = planId('Gold')
    const link = await client.send(
      new CreateUsagePlanKeyCommand({ usagePlanId, keyId, keyType: 'API_KEY' }),
    )
    expect(link).toMatchObject({ id: keyId, type: 'API_KEY', name: 'one' })
    expect(await call(value('b'))).toBe(200)
    const patch = (state: string) =>
      new UpdateApiKeyCommand({
        apiKey: keyId,
        patchOperations: [{ op: 'replace', path: '/enabled', value: state }],
      })
    expect((await client.send(patch('false'))).enabled).toBe(false)
    expect(await call(value('b'))).toBe(403)
    await client.send(patch('true'))
    await client.send(new DeleteUsagePlanKeyCommand({ usagePlanId, keyId }))
    expect(await call(value('b'))).toBe(403)
    await client.send(new DeleteApiKeyCommand({ apiKey: keyId }))
    await expect(client.send(new GetApiKeyCommand({ apiKey: keyId }))).rejects.toThrow(
      'Invalid API Key identifier specified',
    )
  })

  it('has its own quota from when it is on the plan', async () => {
    const { client, planId, call } = await start()
    for (const letter of ['b', 'c']) {
      const { id: keyId = '' } = await client.send(
        new CreateApiKeyCommand({ value: value(letter), enabled: true }),
      )
      const usagePlanId = planId('Thin')
      await client.send(new CreateUsagePlanKeyCommand({ usagePlanId, keyId, keyType: 'API_KEY' }))
    }
    const b = value('b')
    expect([await call(b), await call(b), await call(b)]).toEqual([200, 200, 429])
    expect(await call(value('c'))).toBe(200)
  })

  it('has tags that are put and taken away', async () => {
    const { client } = await start()
    const { id = '' } = await client.send(
      new CreateApiKeyCommand({ value: value('b'), tags: { one: '1', two: '2' } }),
    )
    await client.send(new TagResourceCommand({ resourceArn: ofKey(id), tags: { three: 'a b' } }))
    await client.send(new UntagResourceCommand({ resourceArn: ofKey(id), tagKeys: ['one', 'two'] }))
    const { tags, enabled } = await client.send(new GetApiKeyCommand({ apiKey: id }))
    expect([tags, enabled]).toEqual([{ three: 'a b' }, false])
  })

  it('is found by how its name begins, a page at a time, without its value', async () => {
    const { client } = await start()
    for (const name of ['x-1', 'x-2', 'x-3', 'y-1']) {
      await client.send(new CreateApiKeyCommand({ name, value: name.replace('-', value('b')) }))
    }
    const pages: string[][] = []
    for await (const { items = [] } of paginateGetApiKeys(
      { client, pageSize: 2 },
      { nameQuery: 'x-' },
    )) {
      for (const item of items) expect(item.value).toBeUndefined()
      pages.push(items.map(({ name = '' }) => name))
    }
    expect(pages).toEqual([['x-1', 'x-2'], ['x-3']])
    const { items } = await client.send(
      new GetApiKeysCommand({ nameQuery: 'y-', includeValues: true }),
    )
    expect(items?.[0]?.value).toBe(`y${value('b')}1`)
  })

  it('outlives the gateway where there is a folder for it', async () => {
    const state = await temporaryFolder()
    const first = await start({ state })
    const { id: keyId = '' } = await first.client.send(
      new CreateApiKeyCommand({ name: 'kept', value: value('b'), enabled: true }),
    )
    const usagePlanId = first.planId('Gold')
    const link = { usagePlanId, keyId, keyType: 'API_KEY' }
    await first.client.send(new CreateUsagePlanKeyCommand(link))
    const [own] =
      (await first.client.send(new GetApiKeysCommand({ nameQuery: 'made' }))).items ?? []
    await first.client.send(new DeleteApiKeyCommand({ apiKey: own?.id }))
    await first.local.close()
    const second = await start({ state })
    expect([await second.call(value('b')), await second.call(made)]).toEqual([200, 403])
  })
})

describe('what API Gateway refuses', () => {
  type Client = APIGatewayClient
  const key = (client: Client, input: object) => client.send(new CreateApiKeyCommand(input))
  const cases: Record<
    string,
    [
      name: string,
      says: string,
      ask: (client: Client, gold: string, thin: string) => Promise<unknown>,
    ]
  > = {
    'a value that is there': [
      'ConflictException',
      'API Key already exists',
      (client) => key(client, { value: made }),
    ],
    'a short value': [
      'BadRequestException',
      'at least 20 characters',
      (client) => key(client, { value: 'a'.repeat(19) }),
    ],
    'a long value': [
      'BadRequestException',
      'at most 128 characters',
      (client) => key(client, { value: 'a'.repeat(129) }),
    ],
    'a value of other signs': [
      'BadRequestException',
      'alphanumeric',
      (client) => key(client, { value: `${value('a')}-` }),
    ],
    'a tag of its own kind': [
      'BadRequestException',
      'aws: prefixed',
      (client) => key(client, { value: value('b'), tags: { 'aws:x': '' } }),
    ],
    'a plan that is not there': [
      'NotFoundException',
      'Invalid Usage Plan ID specified',
      (client) =>
        client.send(
          new CreateUsagePlanKeyCommand({ usagePlanId: 'no', keyId: 'no', keyType: 'API_KEY' }),
        ),
    ],
    'a key that is not there, on a plan': [
      'NotFoundException',
      'Invalid API Key identifier specified',
      (client, gold) =>
        client.send(
          new CreateUsagePlanKeyCommand({ usagePlanId: gold, keyId: 'no', keyType: 'API_KEY' }),
        ),
    ],
    'a key on two plans of one stage': [
      'ConflictException',
      'cannot be associated with two usage plans',
      async (client, gold, thin) => {
        const { items } = await client.send(new GetUsagePlanKeysCommand({ usagePlanId: gold }))
        const keyId = items?.[0]?.id
        return client.send(
          new CreateUsagePlanKeyCommand({ usagePlanId: thin, keyId, keyType: 'API_KEY' }),
        )
      },
    ],
    'a patch of what is for ever': [
      'BadRequestException',
      "Invalid patch path '/value' specified for op 'replace'",
      async (client) => {
        const { items } = await client.send(new GetApiKeysCommand({}))
        const patchOperations = [{ op: 'replace' as const, path: '/value', value: 'x' }]
        return client.send(new UpdateApiKeyCommand({ apiKey: items?.[0]?.id, patchOperations }))
      },
    ],
    'a key that is not there': [
      'NotFoundException',
      'Invalid API Key identifier specified',
      (client) => client.send(new DeleteApiKeyCommand({ apiKey: 'no' })),
    ],
    'tags of something else': [
      'BadRequestException',
      'Invalid ARN',
      (client) =>
        client.send(
          new TagResourceCommand({
            resourceArn: 'arn:aws:apigateway:us-east-1::/restapis/x',
            tags: {},
          }),
        ),
    ],
    'a page that is not there': [
      'BadRequestException',
      'Invalid position',
      (client) => client.send(new GetApiKeysCommand({ position: 'somewhere' })),
    ],
    'what this machine does not have': [
      'NotFoundException',
      'on this machine there are keys, their tags and usage plans',
      (client, gold) => client.send(new GetUsagePlanCommand({ usagePlanId: gold })),
    ],
  }

  it('is refused here', async () => {
    const { client, planId } = await start()
    for (const [what, [name, says, ask]] of Object.entries(cases)) {
      const refusal = ask(client, planId('Gold'), planId('Thin'))
      await expect(refusal, what).rejects.toMatchObject({
        name,
        message: expect.stringContaining(says),
      })
    }
  })
})

describe('the stack', () => {
  it('is told of with its outputs, and no other is', async () => {
    const { local } = await start()
    const client = new CloudFormationClient(settings(local))
    const { Stacks = [] } = await client.send(new DescribeStacksCommand({ StackName: 'Test' }))
    expect(Stacks).toMatchObject([
      {
        StackName: 'Test',
        StackStatus: 'CREATE_COMPLETE',
        Outputs: expect.arrayContaining([{ OutputKey: 'Note', OutputValue: 'a < b & "c"' }]),
      },
    ])
    await expect(
      client.send(new DescribeStacksCommand({ StackName: 'Other' })),
    ).rejects.toMatchObject({
      name: 'ValidationError',
      message: 'Stack with id Other does not exist',
    })
  })
})
