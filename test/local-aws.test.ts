/** The AWS services beside Bedrock on one machine: the table, the event bus, and their one address. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { resolve } from 'node:path'
import { DynamoDBClient, GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb'
import { describe, expect, it, onTestFinished } from 'vitest'
import { type DynamoDbOptions, openDynamoDb, type Table } from '../local/aws/dynamodb.ts'
import { openEvents } from '../local/aws/events.ts'
import { startAws } from '../local/aws/server.ts'
import { account } from '../local/template/identity.ts'
import { apiOf, functionOf, startProject, temporaryFolder } from './gateway-project.ts'
import { ask } from './support/ask-aws.ts'
import { startTable } from './support/table.ts'

const table: Table = {
  name: 'Things',
  attributes: [{ AttributeName: 'pk', AttributeType: 'S' }],
  keys: [{ AttributeName: 'pk', KeyType: 'HASH' }],
  ttl: 'ttl',
}

async function openTable(options: DynamoDbOptions = {}, made = table) {
  const dynamodb = await openDynamoDb(options)
  const { service } = dynamodb
  const server = await startAws({ dynamodb: service })
  const close = async () => {
    await server.close()
    await dynamodb.close()
  }
  onTestFinished(close)
  await dynamodb.create(made)
  return {
    close,
    items: () => dynamodb.items(made.name),
    ask: (operation: string, input: object) =>
      ask(server.url, operation, { TableName: made.name, ...input }),
  }
}

describe('the one address', () => {
  const serve = async () => {
    const server = await startAws({
      one: ({ method, path, query, headers, body }) => ({
        status: 201,
        headers: { 'x-one': 'yes' },
        body: JSON.stringify([method, path, query.get('q'), headers['x-test'], body]),
      }),
      broken() {
        throw new Error('out of order')
      },
    })
    onTestFinished(() => server.close())
    return (name: string | undefined) => {
      const credential = `AWS4-HMAC-SHA256 Credential=AKID/20261121/us-east-1/${name}/aws4_request`
      const authorization = `${credential}, SignedHeaders=host, Signature=0`
      return fetch(`${server.url}/path/a%2Fb?q=1`, {
        method: 'PUT',
        headers: { 'x-test': 'x', ...(name !== undefined && { authorization }) },
        body: 'text',
      })
    }
  }

  it('hands a request to the service it is signed for', async () => {
    const answer = await (await serve())('one')
    expect([answer.status, answer.headers.get('x-one')]).toEqual([201, 'yes'])
    expect(answer.headers.get('x-amzn-requestid')).toMatch(/^[0-9a-f-]{36}$/)
    expect(await answer.json()).toEqual(['PUT', '/path/a%2Fb', '1', 'x', 'text'])
  })

  it.each([
    [undefined, 403, 'MissingAuthenticationTokenException', /not signed/],
    ['s3', 404, 'UnknownServiceException', /signed for s3; on this machine there are one, broken/],
    ['toString', 404, 'UnknownServiceException', /signed for toString/],
    ['broken', 500, 'InternalServerError', /broken: out of order/],
  ])('answers %s as AWS would, with the reason', async (name, status, code, message) => {
    const answer = await (await serve())(name)
    expect([answer.status, answer.headers.get('x-amzn-errortype')]).toEqual([status, code])
    expect(await answer.json()).toEqual({ __type: code, message: expect.stringMatching(message) })
  })
})

describe('the table', () => {
  it('answers the AWS SDK', async () => {
    const { url, table: TableName, items, close } = await startTable()
    onTestFinished(close)
    const credentials = { accessKeyId: 'AKID', secretAccessKey: 'secret' }
    const client = new DynamoDBClient({ endpoint: url, region: 'us-east-1', credentials })
    const Key = { pk: { S: 'a' }, sk: { S: 'b' } }
    const Item = { ...Key, n: { N: '5' }, l: { L: [{ BOOL: true }, { M: { x: { NULL: true } } }] } }
    await client.send(new PutItemCommand({ TableName, Item }))
    expect((await client.send(new GetItemCommand({ TableName, Key }))).Item).toEqual(Item)
    expect(await items()).toEqual([{ pk: 'a', sk: 'b', n: 5, l: [true, { x: null }] }])
    client.destroy()
  })

  it('changes one item at a time, however many ask', async () => {
    const { ask, items } = await openTable()
    const add = {
      Key: { pk: { S: 'a' } },
      UpdateExpression: 'ADD n :one',
      ConditionExpression: 'attribute_not_exists(n) OR n < :most',
      ExpressionAttributeValues: { ':one': { N: '1' }, ':most': { N: '20' } },
    }
    const said = await Promise.all(Array.from({ length: 50 }, () => ask('UpdateItem', add)))
    expect(said.filter(({ status }) => status === 200)).toHaveLength(20)
    expect(await items()).toEqual([{ pk: 'a', n: 20 }])
  })

  it('shows the item a condition did not fit, to whoever wants to see it', async () => {
    const { ask } = await openTable()
    const Key = { pk: { S: 'a' } }
    await ask('PutItem', { Item: { ...Key, n: { N: '3' } } })
    const wrong = { Key, ConditionExpression: 'attribute_not_exists(pk)' }
    const shown = { ...wrong, ReturnValuesOnConditionCheckFailure: 'ALL_OLD' }
    const type = 'com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException'
    const refused = { __type: type, message: 'The conditional request failed' }
    expect((await ask('DeleteItem', wrong)).body).toEqual(refused)
    expect(await ask('DeleteItem', shown)).toEqual({
      status: 400,
      body: { ...refused, Item: { ...Key, n: { N: '3' } } },
    })
  })

  it.each(['UpdateTimeToLive', 'DeleteTable', 'Nothing'])('refuses %s by name', async (name) => {
    const { status, body } = await (await openTable()).ask(name, {})
    expect([status, body.__type]).toEqual([400, 'UnknownOperationException'])
    expect(body.message).toMatch(name)
  })

  it('no longer gives an item whose time is over', async () => {
    let now = 1_000_000
    const { ask, items } = await openTable({ now: () => now })
    const over = (pk: string, ttl: object) => ({ Item: { pk: { S: pk }, ttl } })
    await ask('PutItem', over('soon', { N: '1000' }))
    await ask('PutItem', over('later', { N: '2000' }))
    await ask('PutItem', over('text', { S: '1' }))
    const get = async (pk: string) => (await ask('GetItem', { Key: { pk: { S: pk } } })).body.Item
    const query = {
      KeyConditionExpression: 'pk = :pk',
      ExpressionAttributeValues: { ':pk': { S: 'soon' } },
    }
    expect(await get('soon')).toBeDefined()
    expect((await ask('Query', query)).body.Count).toBe(1)
    now += 1
    expect(await get('soon')).toBeUndefined()
    expect((await ask('Query', query)).body).toMatchObject({ Count: 0, Items: [] })
    expect(await get('later')).toBeDefined()
    expect(await get('text')).toBeDefined()
    expect(await items()).toHaveLength(3)
  })
})

describe('a table in a folder', () => {
  it('keeps its items from run to run, but those whose time is over', async () => {
    const folder = await temporaryFolder()
    const first = await openTable({ folder, now: () => 0 })
    await first.ask('PutItem', { Item: { pk: { S: 'a' }, ttl: { N: '10' } } })
    await first.ask('PutItem', { Item: { pk: { S: 'b' } } })
    await first.close()
    const second = await openTable({ folder, now: () => 11_000 })
    expect(await second.items()).toEqual([{ pk: 'b' }])
  })

  it('has what was answered before the process was killed, and is one process’s at a time', async () => {
    const folder = await temporaryFolder()
    const source = `
      const { openDynamoDb } = await import('${resolve(import.meta.dirname, '../local/aws/dynamodb.ts')}')
      const { service, create } = await openDynamoDb({ folder: process.argv[1] })
      await create(${JSON.stringify(table)})
      const headers = { 'x-amz-target': 'DynamoDB_20120810.PutItem' }
      for (const S of ['a', 'b', 'c']) {
        const body = JSON.stringify({ TableName: 'Things', Item: { pk: { S } } })
        await service({ headers, body })
      }
      console.log('written')
      setInterval(() => {}, 1000)`
    const child = spawn(process.execPath, ['--input-type=module', '-e', source, folder])
    onTestFinished(() => void child.kill('SIGKILL'))
    await once(child.stdout, 'data')
    await expect(openDynamoDb({ folder })).rejects.toThrow(
      `The table in ${folder} is used by another process.`,
    )
    child.kill('SIGKILL')
    await once(child, 'close')
    const { items } = await openTable({ folder })
    expect((await items()).map(({ pk }) => pk).sort()).toEqual(['a', 'b', 'c'])
  })

  it('is not taken for one with other keys', async () => {
    const folder = await temporaryFolder()
    await (await openTable({ folder })).close()
    const dynamodb = await openDynamoDb({ folder })
    onTestFinished(() => dynamodb.close())
    const other = [{ AttributeName: 'id', KeyType: 'HASH' }]
    const attributes = [{ AttributeName: 'id', AttributeType: 'S' }]
    await expect(dynamodb.create({ ...table, attributes, keys: other })).rejects.toThrow(
      /The table Things is there with other keys: .*"pk"/,
    )
  })
})

describe('the event bus', () => {
  const open = async () => {
    const { service, events } = openEvents()
    const server = await startAws({ events: service })
    onTestFinished(() => server.close())
    const put = (...Entries: readonly object[]) =>
      ask(server.url, 'PutEvents', { Entries }, { service: 'events' })
    return { put, events, url: server.url }
  }
  const entry = { Source: 'tollgate', DetailType: 'Budget warning', Detail: '{"team":"demo"}' }

  it('keeps what is put on it', async () => {
    const { put, events } = await open()
    const { status, body } = await put(entry, { ...entry, DetailType: 'Ledger failing open' })
    expect([status, body.FailedEntryCount, body.Entries.length]).toEqual([200, 0, 2])
    expect(events()).toEqual([
      { source: 'tollgate', detailType: 'Budget warning', detail: { team: 'demo' } },
      { source: 'tollgate', detailType: 'Ledger failing open', detail: { team: 'demo' } },
    ])
  })

  it('takes the good entries and says which are not', async () => {
    const { put, events } = await open()
    const { status, body } = await put({ ...entry, Detail: 'text' }, entry, { Source: 'tollgate' })
    expect([status, body.FailedEntryCount]).toEqual([200, 2])
    expect(body.Entries.map(({ ErrorCode }: { ErrorCode?: string }) => ErrorCode)).toEqual([
      'MalformedDetail',
      undefined,
      'InvalidArgument',
    ])
    expect(events()).toHaveLength(1)
  })

  it('takes ten entries at most, and no other operation', async () => {
    const { put, url } = await open()
    for (const count of [0, 11]) {
      expect((await put(...Array(count).fill(entry))).body.__type).toBe('ValidationException')
    }
    const { body } = await ask(url, 'PutRule', {}, { service: 'events' })
    expect(body.__type).toBe('UnknownOperationException')
  })
})

describe('the local gateway', () => {
  const signature = resolve(import.meta.dirname, '../lambda/aws/signature.ts')
  /** Counts in the table and tells the bus, as it finds them by its environment. */
  const source = `
    import { signed } from '${signature}'
    const { env } = process
    async function ask(endpoint, service, target, input) {
      const url = new URL(endpoint)
      const body = Buffer.from(JSON.stringify(input))
      const keys = { accessKeyId: env.AWS_ACCESS_KEY_ID, secretAccessKey: env.AWS_SECRET_ACCESS_KEY }
      const unsigned = { host: url.host, path: '/', headers: { 'x-amz-target': target }, body }
      const headers = signed(unsigned, { service, region: env.AWS_REGION }, keys, Date.now())
      return (await fetch(url, { method: 'POST', headers, body })).json()
    }
    export const handler = awslambda.streamifyResponse(async (event, stream) => {
      const counted = await ask(env.AWS_ENDPOINT_URL_DYNAMODB, 'dynamodb', 'DynamoDB_20120810.UpdateItem', {
        TableName: env.TABLE,
        Key: { pk: { S: 'a' } },
        UpdateExpression: 'ADD n :one',
        ExpressionAttributeValues: { ':one': { N: '1' } },
        ReturnValues: 'ALL_NEW',
      })
      await ask(env.AWS_ENDPOINT_URL_EVENTBRIDGE, 'events', 'AWSEvents.PutEvents', {
        Entries: [{ Source: 'test', DetailType: 'Counted', Detail: JSON.stringify(counted.Attributes.n) }],
      })
      const body = JSON.stringify([counted.Attributes.n.N, env.AWS_ENDPOINT_URL_SECRETS_MANAGER])
      const answer = awslambda.HttpResponseStream.from(stream, { statusCode: 200, headers: {} })
      answer.write(body)
      answer.end()
    })`
  const url = ['', ['https://', { Ref: 'Api' }, '.execute-api.us-east-1.amazonaws.com/v1']]
  const project = {
    functions: { Answer: source },
    resources: {
      ...apiOf({ 'GET /x': {} }),
      ...functionOf('Answer', { Environment: { Variables: { TABLE: { Ref: 'Things' } } } }),
      Things: {
        Type: 'AWS::DynamoDB::Table',
        Properties: {
          AttributeDefinitions: table.attributes,
          KeySchema: table.keys,
          BillingMode: 'PAY_PER_REQUEST',
          TimeToLiveSpecification: { AttributeName: 'ttl', Enabled: true },
        },
      },
    },
    template: {
      Conditions: { Never: { 'Fn::Equals': ['a', 'b'] } },
      Outputs: {
        Table: { Value: { Ref: 'Things' } },
        Arn: { Value: { 'Fn::GetAtt': ['Things', 'Arn'] } },
        Url: { Value: { 'Fn::Join': url } },
        Left: { Value: 'out', Condition: 'Never' },
      },
    },
  }
  const asked = async ({ url }: { url: string }) => (await fetch(`${url}/x`)).json()

  it('tells functions and others where the table, the bus and the secrets are', async () => {
    const local = await startProject(project)
    expect(await asked(local)).toEqual(['1', local.aws])
    expect(await asked(local)).toEqual(['2', local.aws])
    expect(local.events()).toEqual(
      ['1', '2'].map((N) => ({ source: 'test', detailType: 'Counted', detail: { N } })),
    )
    const name = local.outputs.Table ?? ''
    expect(local.outputs).toEqual({
      Table: expect.stringMatching(/^Test-Things-/),
      Arn: `arn:aws:dynamodb:us-east-1:${account}:table/${name}`,
      Url: local.url,
    })
    const get = { TableName: name, Key: { pk: { S: 'a' } } }
    expect((await ask(local.aws, 'GetItem', get)).body.Item.n).toEqual({ N: '2' })
  })

  it('keeps the table with its state, and forgets it without', async () => {
    const state = await temporaryFolder()
    for (const [options, count] of [
      [{ state }, '1'],
      [{ state }, '2'],
      [{}, '1'],
    ] as const) {
      const local = await startProject(project, options)
      expect(await asked(local)).toEqual([count, local.aws])
      await local.close()
    }
  })

  it('stops at a table it could not serve', async () => {
    const { Things } = project.resources
    const provisioned = { ...Things.Properties, BillingMode: 'PROVISIONED' }
    const resources = { ...project.resources, Things: { ...Things, Properties: provisioned } }
    await expect(startProject({ ...project, resources })).rejects.toThrow(
      'BillingMode is "PROVISIONED"; the local gateway serves "PAY_PER_REQUEST"',
    )
  })
})
