/** What the command line does when AWS refuses half-way: nothing is left, and it says what to do. */
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { homeRegion } from '../lib/gateway-config.ts'
import { keyIdOf } from '../lib/key-id.ts'
import { apiGatewayService } from '../local/aws/api-gateway.ts'
import { cloudFormationService } from '../local/aws/cloudformation.ts'
import { openDynamoDb } from '../local/aws/dynamodb.ts'
import { startAws } from '../local/aws/server.ts'
import type { LocalService, ServiceAnswer, ServiceRequest } from '../local/aws/service.ts'
import { type KeyRegistry, openKeyRegistry } from '../local/gateway/key-registry.ts'
import { openState } from '../local/gateway/state.ts'
import config from '../tollgate.config.ts'
import { temporaryFolder } from './gateway-project.ts'
import { run } from './support/cli.ts'

/** What goes wrong: `undefined` lets a request through. */
type Fault = (
  request: ServiceRequest,
  service: LocalService,
) => ReturnType<LocalService> | undefined

const table = {
  name: 'ledger',
  attributes: ['pk', 'sk'].map((name) => ({ AttributeName: name, AttributeType: 'S' })),
  keys: [
    { AttributeName: 'pk', KeyType: 'HASH' },
    { AttributeName: 'sk', KeyType: 'RANGE' },
  ],
}

const refused = (status: number, code: string, message: string): ServiceAnswer => ({
  status,
  headers: { 'content-type': 'application/json', 'x-amzn-errortype': code },
  body: JSON.stringify({ message }),
})

async function start({ plans = Object.keys(config.plans), outputs = {}, stack = 'Tollgate' } = {}) {
  const dynamodb = await openDynamoDb()
  await dynamodb.create(table)
  const state = await openState(undefined)
  const registry: KeyRegistry = openKeyRegistry(
    {
      keys: [],
      plans: plans.map((name) => {
        return {
          id: `plan-${name}`,
          name: `Tollgate-${name}`,
          quota: undefined,
          throttle: undefined,
        }
      }),
      planIds: new Map(),
    },
    state.keys,
  )
  const api = { id: 'api', stage: 'v1' }
  const told: string[] = []
  let fault: Fault = () => undefined
  const faulty =
    (service: LocalService): LocalService =>
    (request) => {
      const target = request.headers['x-amz-target']?.split('.').at(-1)
      told.push(target ?? `${request.method} ${decodeURIComponent(request.path)}`)
      return fault(request, service) ?? service(request)
    }
  const known = { Table: table.name, RestApiId: api.id, Url: 'http://x', ...outputs }
  const described = Object.entries(known).filter(([, value]) => value !== '')
  const server = await startAws({
    apigateway: faulty(apiGatewayService({ registry, api, now: Date.now })),
    dynamodb: faulty(dynamodb.service),
    cloudformation: cloudFormationService({
      name: stack,
      region: homeRegion(config),
      created: Date.now(),
      outputs: Object.fromEntries(described),
    }),
  })
  onTestFinished(async () => {
    await server.close()
    await dynamodb.close()
  })
  const folder = await temporaryFolder()
  await mkdir(join(folder, '.tollgate'))
  const address = { url: 'http://127.0.0.1:9', pid: process.pid, aws: server.url }
  await writeFile(join(folder, '.tollgate', 'local.json'), JSON.stringify(address))
  return {
    url: server.url,
    registry,
    told,
    failing(next: Fault) {
      fault = next
    },
    attributes: async () =>
      (await dynamodb.items(table.name)).flatMap((item) =>
        Object.keys(item).filter((name) => name.includes(':')),
      ),
    items: () => dynamodb.items(table.name),
    run: (line: string, now = Date.now) => run([...line.split(' '), '--local'], { folder, now }),
  }
}

const asks = (request: ServiceRequest, method: string, path: RegExp): boolean =>
  request.method === method && path.test(request.path)

const denied = refused(403, 'AccessDeniedException', 'User ana may not do that')

describe('issuing a key', () => {
  it('takes the key back where its plan does not take it', async () => {
    const aws = await start()
    aws.failing((request) =>
      asks(request, 'POST', /^\/usageplans\/.*\/keys$/) ? denied : undefined,
    )
    const { status, out, error } = await aws.run('keys issue data --expires 30d')
    expect([status, out]).toEqual([1, ''])
    expect(error).toBe('No key was issued. AWS does not allow it: User ana may not do that\n')
    expect(aws.registry.keys()).toEqual([])
    expect(await aws.attributes()).toEqual([])
  })

  it('takes back a key whose making was not heard of', async () => {
    const aws = await start()
    aws.failing((request, service) => {
      if (!asks(request, 'POST', /^\/apikeys$/)) return undefined
      service(request)
      throw new Error('the line is dead')
    })
    const { status, error } = await aws.run('keys issue data')
    expect([status, error]).toEqual([1, expect.stringMatching(/^No key was issued\. /)])
    expect(aws.registry.keys()).toEqual([])
  })

  it('makes no key whose end could not be kept', async () => {
    const aws = await start()
    aws.failing(({ headers }) =>
      headers['x-amz-target']?.endsWith('UpdateItem') ? denied : undefined,
    )
    expect((await aws.run('keys issue data --expires 30d')).status).toBe(1)
    expect(aws.told).not.toContain('POST /apikeys')
  })

  it('says what is left where it cannot be taken back', async () => {
    const aws = await start()
    aws.failing((request) =>
      asks(request, 'POST', /\/keys$/) || asks(request, 'DELETE', /./) ? denied : undefined,
    )
    const { status, error } = await aws.run('keys issue data')
    expect(status).toBe(1)
    expect(error).toMatch(
      /What was made of the key ([a-z0-9]{8}) could not be taken back either: `tollgate keys revoke \1`\.\n$/,
    )
    aws.failing(() => undefined)
    const [, id] = /of the key ([a-z0-9]{8})/.exec(error) ?? []
    const listed = await aws.run('keys list')
    expect(listed.error).toContain(`Key ${id} is on no plan, so nobody can use it`)
    expect((await aws.run(`keys revoke ${id} --yes`)).status).toBe(0)
    expect(aws.registry.keys()).toEqual([])
  })

  it('needs the plan to be deployed', async () => {
    const aws = await start({ plans: ['trial'] })
    const { status, error } = await aws.run('keys issue data')
    expect([status, error]).toEqual([
      1,
      'The plan standard is in the configuration, but not in the stack Tollgate: deploy it first.\n',
    ])
    expect(aws.told).not.toContain('POST /apikeys')
  })
})

describe('rotating a key', () => {
  it.each<[what: string, fault: Fault]>([
    ['its tags', (request) => (asks(request, 'PUT', /^\/tags\//) ? denied : undefined)],
    [
      'the gateway',
      ({ headers }) => (headers['x-amz-target']?.endsWith('UpdateItem') ? denied : undefined),
    ],
    ['API Gateway', (request) => (asks(request, 'PATCH', /./) ? denied : undefined)],
  ])('leaves it as it was where %s cannot be told', async (_, fault) => {
    const aws = await start()
    const key = (await aws.run('keys issue data --name batch')).out.trim()
    const [before] = aws.registry.keys()
    aws.failing(fault)
    const { status, out, error } = await aws.run(
      `keys rotate ${key.slice(4, 12)} --overlap 0 --yes`,
    )
    expect([status, out]).toEqual([1, ''])
    expect(error).toContain(`The key ${key.slice(4, 12)} was not rotated.`)
    const [after, ...others] = aws.registry.keys()
    expect([after?.value, after?.enabled, after?.tags]).toEqual([key, true, before?.tags])
    expect(others).toEqual([])
    aws.failing(() => undefined)
    expect(await aws.attributes()).toEqual([])
  })
})

describe('a revoked key', () => {
  it('is refused by the gateway first, and forgotten a day after', async () => {
    const aws = await start()
    const id = (await aws.run('keys issue data')).out.slice(4, 12)
    aws.told.length = 0
    expect((await aws.run(`keys revoke ${id} --yes`)).status).toBe(0)
    const changes = aws.told.filter((each) => /^(UpdateItem|PATCH|DELETE)/.test(each))
    expect(changes).toEqual([
      'UpdateItem',
      expect.stringMatching(/^PATCH \/apikeys\//),
      expect.stringMatching(/^DELETE \/apikeys\//),
    ])
    expect(await aws.attributes()).toEqual([`key:${id}`])
    const later = (hours: number) => () => Date.now() + hours * 3_600_000
    await aws.run('keys issue data', later(23))
    expect(await aws.attributes()).toEqual([`key:${id}`])
    await aws.run('keys issue data', later(25))
    expect(await aws.attributes()).toEqual([])
  })

  it('says nothing of the next one that a deployment gives the same id', async () => {
    const aws = await start()
    const made = Date.now()
    const plain = { enabled: true, description: '', tags: {}, changed: made, team: 'demo' }
    const deployed = { ...plain, id: 'first', name: 'Tollgate-demo', value: 'a'.repeat(52) }
    aws.registry.put({ ...deployed, created: made - 60_000 })
    const id = keyIdOf('demo')
    expect((await aws.run(`keys revoke ${id} --yes`)).status).toBe(0)
    expect(await aws.attributes()).toEqual([`key:${id}`])
    aws.registry.remove('first')
    aws.registry.put({ ...deployed, id: 'next', value: 'b'.repeat(52), created: made + 3_600_000 })
    expect((await aws.run('keys issue data')).status).toBe(0)
    expect([aws.registry.keyById('next')?.enabled, await aws.attributes()]).toEqual([true, []])
  })

  it('is still done where others that have expired cannot be looked after', async () => {
    const aws = await start()
    const expired = (await aws.run('keys issue data --expires 1h')).out.slice(4, 12)
    aws.failing((request) => (asks(request, 'PATCH', /./) ? denied : undefined))
    const later = () => Date.now() + 2 * 3_600_000
    const { status, out, error } = await aws.run('keys issue data', later)
    expect([status, out]).toEqual([0, expect.stringMatching(/^data[g-z]/)])
    expect(error).toContain('Keys that have ended could not be looked after: AWS does not allow it')
    aws.failing(() => undefined)
    await aws.run('keys issue data', () => Date.now() + 30 * 3_600_000)
    const key = aws.registry.keys().find(({ value }) => value.slice(4, 12) === expired)
    expect([key?.enabled, await aws.attributes()]).toEqual([false, [`key:${expired}`]])
    await aws.run('keys issue data', () => Date.now() + 31 * 3_600_000)
    expect(await aws.attributes()).toEqual([])
  })
})

describe('a grant', () => {
  it('leaves no trail where it was not given', async () => {
    const aws = await start()
    aws.failing(({ headers }) =>
      headers['x-amz-target']?.endsWith('UpdateItem') ? denied : undefined,
    )
    const { status, error } = await aws.run('grant data --usd 5 --until 3d --reason x')
    expect([status, error]).toEqual([
      1,
      'Nothing was granted. AWS does not allow it: User ana may not do that\n',
    ])
    expect(await aws.items()).toEqual([])
  })
})

describe('many keys', () => {
  it('are listed page by page, another stack’s left out', async () => {
    const aws = await start()
    for (let count = 0; count < 3; count += 1) await aws.run('keys issue demo')
    const [one] = aws.registry.keys()
    if (one === undefined) throw new Error('no key was issued')
    const other = { ...one.tags, 'tollgate:stack': 'Tollgate-dev' }
    aws.registry.put({
      ...one,
      id: 'other',
      value: 'other',
      name: 'Tollgate-dev-demo',
      tags: other,
    })
    aws.registry.put({ ...one, id: 'thing', value: 'thing', name: 'Tollgate-dev-x', tags: {} })
    aws.failing((request, service) => {
      if (!asks(request, 'GET', /^\/apikeys$/)) return undefined
      const query = new URLSearchParams(request.query)
      query.set('limit', '2')
      return service({ ...request, query })
    })
    const { out } = await aws.run('keys list --json')
    expect(JSON.parse(out).keys).toHaveLength(3)
  })
})

describe('where AWS cannot be asked', () => {
  const answering = async (code: string, message: string) => {
    const aws = await start()
    aws.failing(() => refused(400, code, message))
    return (await aws.run('keys list')).error
  }

  it.each([
    ['UnrecognizedClientException', 'AWS does not take these credentials. Log in'],
    ['ExpiredTokenException', 'These AWS credentials are no longer valid. Log in'],
    ['AccessDeniedException', 'AWS does not allow it: words of AWS'],
    ['SomethingNew', 'SomethingNew: words of AWS'],
  ])('%s is told in words', async (code, says) => {
    expect(await answering(code, 'words of AWS')).toContain(says)
  })

  it('says that there is no such stack', async () => {
    const { url } = await start({ stack: 'Other' })
    vi.stubEnv('AWS_ENDPOINT_URL', url)
    vi.stubEnv('AWS_ACCESS_KEY_ID', 'AKIDEXAMPLE')
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'secret')
    onTestFinished(() => void vi.unstubAllEnvs())
    expect((await run(['keys', 'list', '--stack', 'Other'])).status).toBe(0)
    const { status, error } = await run(['keys', 'list'])
    expect([status, error]).toEqual([
      1,
      'There is no stack Tollgate in us-east-1. --stack and --region say which one; --local asks the gateway on this machine.\n',
    ])
  })

  it('says that the stack is older than the command', async () => {
    const aws = await start({ outputs: { Table: '' } })
    expect((await aws.run('usage')).error).toBe(
      'The stack Tollgate has no output Table, so it is an older one; start it again.\n',
    )
  })

  it('says that the gateway on this machine is not running', async () => {
    const folder = await temporaryFolder()
    await mkdir(join(folder, '.tollgate'))
    const address = { url: 'http://127.0.0.1:9', pid: 2 ** 30, aws: 'http://127.0.0.1:9' }
    await writeFile(join(folder, '.tollgate', 'local.json'), JSON.stringify(address))
    const gone = await run(['usage', '--local'], { folder })
    expect([gone.status, gone.error]).toEqual([
      1,
      'The gateway on this machine has stopped: start it with `npm start`, and leave it running.\n',
    ])
    await writeFile(
      join(folder, '.tollgate', 'local.json'),
      JSON.stringify({ ...address, pid: process.pid }),
    )
    const silent = await run(['usage', '--local'], { folder })
    expect(silent.error).toBe('The gateway on this machine does not answer; has it stopped?\n')
  })
})
