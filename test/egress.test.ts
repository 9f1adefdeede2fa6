/** What leaves the process for Bedrock: host, path, headers and signature, seen on the wire. */
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Credentials } from '../lambda/aws/signature.ts'
import type { BedrockTarget, TargetedCall } from '../lambda/core/contracts.ts'
import type { ChatRequest } from '../lambda/core/request.ts'
import { anyModelById, modelById } from '../lambda/models/index.ts'
import { bedrock } from '../lambda/providers/bedrock.ts'
import { openDeadline } from '../lambda/routing/deadline.ts'
import { secretsManager } from '../local/aws/secrets-manager.ts'
import { type AwsServer, startAws } from '../local/aws/server.ts'
import type { LocalService } from '../local/aws/service.ts'
import { accessKeyOf, openSts, refusal } from '../local/aws/sts.ts'
import { type Simulator, startSimulator } from '../local/simulator/index.ts'
import { chatCall, embedCall, nativeCall, targetFor } from './support/calls.ts'
import {
  authorizationFor,
  namedHere,
  type Sent,
  signedHeadersOf,
  startWire,
  type Wire,
} from './support/wire.ts'

const region = 'us-east-1'
const bedrockHost = `bedrock-runtime.${region}.amazonaws.com`
const vpceHost = `vpce-0abc-1de.bedrock-runtime.${region}.vpce.amazonaws.com`
const cloudflareHost = 'gateway.ai.cloudflare.com'
namedHere(vpceHost, cloudflareHost)

const own: Credentials = {
  accessKeyId: 'AKIAOWN',
  secretAccessKey: 'own-secret',
  sessionToken: 'own-token',
}

let bedrockHere: Simulator
let wire: Wire
let aws: AwsServer
const sts = { asked: 0, answer: openSts() as LocalService }
const secrets = { asked: 0, text: 'cloudflare-token' }
const tokenArn = 'arn:aws:secretsmanager:us-east-1:111111111111:secret:cloudflare-AbCdEf'

beforeAll(async () => {
  bedrockHere = await startSimulator({ region })
  wire = await startWire(bedrockHere.url)
  aws = await startAws({
    sts(request) {
      sts.asked += 1
      return sts.answer(request)
    },
    secretsmanager(request) {
      secrets.asked += 1
      return secretsManager([], new Map([[tokenArn, secrets.text]]))(request)
    },
  })
  vi.stubEnv('AWS_REGION', region)
  vi.stubEnv('AWS_ACCESS_KEY_ID', own.accessKeyId)
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', own.secretAccessKey)
  vi.stubEnv('AWS_SESSION_TOKEN', own.sessionToken)
  vi.stubEnv('AWS_ENDPOINT_URL_STS', aws.url)
  vi.stubEnv('AWS_ENDPOINT_URL_SECRETS_MANAGER', aws.url)
  vi.stubEnv('AWS_ENDPOINT_URL_BEDROCK_RUNTIME_US_EAST_1', wire.url)
  vi.stubEnv('TOLLGATE_CLOUDFLARE_URL', `http://${cloudflareHost}:${wire.port}`)
})
afterAll(async () => {
  vi.unstubAllEnvs()
  await Promise.all([wire.close(), aws.close(), bedrockHere.close()])
})
beforeEach(() => {
  wire.answer = undefined
  wire.sent.length = 0
  Object.assign(sts, { asked: 0, answer: openSts() })
  secrets.asked = 0
})

const known = <M>(model: M | undefined): M => {
  if (model === undefined) throw new Error('The catalogue has changed.')
  return model
}
const claude = known(modelById.get('anthropic.claude-haiku-4-5-20251001-v1:0'))
const conversing = known([...modelById.values()].find(({ body }) => body.via === 'converse'))
const titan = known(anyModelById.get('amazon.titan-embed-text-v2:0'))
const request = (stream = false): ChatRequest => ({
  model: 'any',
  messages: [{ role: 'user', content: [{ type: 'text', text: 'What is a dystopia?' }] }],
  tools: [],
  sampling: {},
  maxTokens: 20,
  stream,
})
const claudeBody = {
  anthropic_version: 'bedrock-2023-05-31',
  max_tokens: 20,
  messages: [{ role: 'user', content: 'What is a dystopia?' }],
}
const converseBody = {
  inferenceConfig: { maxTokens: 20 },
  messages: [{ role: 'user', content: [{ text: 'What is a dystopia?' }] }],
}

type Made = Omit<TargetedCall<BedrockTarget>, 'target'>

/** Each way a call is sent to Bedrock, and the operation it is. */
const operations: Readonly<Record<string, readonly [operation: string, make: () => Made]>> = {
  'an answer': ['invoke', () => chatCall(request(), claude)],
  'a stream': ['invoke-with-response-stream', () => chatCall(request(true), claude)],
  'an answer by Converse': ['converse', () => chatCall(request(), conversing)],
  'a stream by Converse': ['converse-stream', () => chatCall(request(true), conversing)],
  'a body of the caller’s own': ['invoke', () => nativeCall(claudeBody, claude, 'invoke')],
  'a body of the caller’s own for Converse': [
    'converse',
    () => nativeCall(converseBody, claude, 'converse'),
  ],
  'a count': ['count-tokens', () => chatCall(request(), claude, { task: 'count' })],
  vectors: ['invoke', () => embedCall(['one', 'two'], titan as never)],
}

const patience = { firstByteMs: 10_000, idleMs: 10_000, totalMs: 20_000 }

/** Asks, and hears it to its end. */
async function asked(made: Made, way: Partial<BedrockTarget> = {}): Promise<void> {
  const call = { ...made, target: targetFor(made.model, way) } as TargetedCall<BedrockTarget>
  const deadline = openDeadline(patience, call.signal)
  for await (const event of await bedrock(call, deadline)) {
    if (event.type === 'reply-error') throw event.error
  }
}

const last = (): Sent => known(wire.sent.at(-1))
const labels = { team: 'demo', keyId: 'key-1', requestId: 'request-1' }
const cloudflare = { account: 'acc0123', gateway: 'our-gateway' }
/** CountTokens takes no profile. */
const idIn = (operation: string, { model }: Made): string =>
  operation === 'count-tokens' ? model.id : targetFor(model).modelId

describe.each(Object.entries(operations))('%s', (_, [operation, make]) => {
  it('goes to the region’s own address, signed for it', async () => {
    await asked(make())
    const sent = last()
    const path = `/model/${encodeURIComponent(idIn(operation, make()))}/${operation}`
    expect([sent.method, sent.path]).toEqual(['POST', path])
    expect(sent.headers.host).toBe(`127.0.0.1:${wire.port}`)
    const signature = await authorizationFor(
      sent,
      { host: sent.headers.host ?? '', path },
      own,
      region,
    )
    expect(sent.headers.authorization).toBe(signature)
  })

  it('goes to a VPC endpoint, signed for that', async () => {
    const endpoint = `http://${vpceHost}:${wire.port}`
    await asked(make(), { endpoint })
    const sent = last()
    const path = `/model/${encodeURIComponent(idIn(operation, make()))}/${operation}`
    expect([sent.method, sent.path]).toEqual(['POST', path])
    const host = `${vpceHost}:${wire.port}`
    expect(sent.headers.host).toBe(host)
    expect(sent.headers.authorization).toBe(
      await authorizationFor(sent, { host, path }, own, region),
    )
  })

  it('goes through Cloudflare, signed for Bedrock', async () => {
    await asked(make(), { cloudflare, endpoint: 'http://elsewhere.invalid' })
    const sent = last()
    const path = `/model/${idIn(operation, make())}/${operation}`
    const before = `/v1/acc0123/our-gateway/aws-bedrock/bedrock-runtime/${region}`
    expect([sent.method, sent.path]).toEqual(['POST', `${before}${path}`])
    expect(sent.headers.host).toBe(`${cloudflareHost}:${wire.port}`)
    const signature = await authorizationFor(sent, { host: bedrockHost, path }, own, region)
    expect(sent.headers.authorization).toBe(signature)
    expect(signedHeadersOf(sent)).toEqual(['host', 'x-amz-date', 'x-amz-security-token'])
  })

  it('says whose it is', async () => {
    for (const way of [{}, { cloudflare }]) {
      await asked(make(), way)
      const said = operation === 'count-tokens' ? undefined : labels
      expect(bedrockHere.requests.at(-1)?.requestMetadata).toEqual(said)
      expect('x-amzn-bedrock-request-metadata' in last().headers).toBe(
        operation.startsWith('invoke'),
      )
    }
  })
})

it('two addresses of one region are told apart', async () => {
  const other = await startWire(bedrockHere.url)
  await asked(chatCall(request(), claude), { endpoint: other.url })
  await asked(chatCall(request(), claude))
  await asked(chatCall(request(), claude), { endpoint: `${wire.url}/behind/a/path/` }).catch(
    () => {},
  )
  expect([other.sent.length, wire.sent.length]).toEqual([1, 2])
  expect(last().path).toMatch(/^\/behind\/a\/path\/model\//)
  await other.close()
})

describe('another account', () => {
  const role = (account: string) => `arn:aws:iam::${account}:role/bedrock/TollgateCaller`
  const call = () => chatCall(request(), claude)

  it('is asked with its own rights, which calls at once fetch once', async () => {
    const accounts = ['222222222222', '333333333333']
    const calls = accounts.flatMap((account) =>
      [1, 2, 3].map(() => asked(call(), { role: role(account) })),
    )
    await Promise.all(calls)
    await asked(call(), { role: role('222222222222') })
    expect(sts.asked).toBe(2)
    const signers = bedrockHere.requests.slice(-7).map(({ accessKeyId }) => accessKeyId)
    const expected = [...accounts, ...accounts, ...accounts, '222222222222'].map(accessKeyOf)
    expect(signers.toSorted()).toEqual(expected.toSorted())
    expect(last().headers['x-amz-security-token']).not.toBe(own.sessionToken)
  })

  it('is not asked where its role cannot be assumed; the next call tries again', async () => {
    const target = { role: role('444444444444') }
    sts.answer = () =>
      refusal(403, 'AccessDenied', 'User is not authorized to perform sts:AssumeRole')
    await expect(asked(call(), target)).rejects.toMatchObject({
      code: 'access_denied',
      cause: { name: 'AccessDenied' },
    })
    expect([sts.asked, wire.sent.length]).toEqual([1, 0])
    sts.answer = () => ({ status: 500, body: '' })
    await expect(asked(call(), target)).rejects.toMatchObject({
      code: 'upstream_unavailable',
      billed: undefined,
    })
    expect([sts.asked, wire.sent.length]).toEqual([3, 0])
    sts.answer = openSts()
    await asked(call(), target)
    expect(bedrockHere.requests.at(-1)?.accessKeyId).toBe(accessKeyOf('444444444444'))
  })

  it('can be reached through Cloudflare too', async () => {
    await asked(call(), { role: role('555555555555'), cloudflare })
    expect(bedrockHere.requests.at(-1)?.accessKeyId).toBe(accessKeyOf('555555555555'))
  })
})

describe('Cloudflare', () => {
  const through = { cloudflare: { ...cloudflare, token: tokenArn } }

  /** What it is asked with, and what the caller is told. */
  async function cfHeaders(wishes: Record<string, string>, more: Partial<Made> = {}) {
    const notices: string[] = []
    const notice = (text: string) => void notices.push(text)
    const made = { ...chatCall(request(), claude), cloudflare: wishes, notice, ...more } as Made
    await asked(made, through)
    const names = Object.entries(last().headers).filter(([name]) => name.startsWith('cf-'))
    return { sent: Object.fromEntries(names), notices }
  }

  it('gets its token, read once', async () => {
    const all = await Promise.all([1, 2, 3].map(() => cfHeaders({})))
    for (const { sent } of all) {
      expect(sent['cf-aig-authorization']).toBe('Bearer cloudflare-token')
    }
    await cfHeaders({})
    expect(secrets.asked).toBe(1)
  })

  it('remembers nothing and tries once, unless it is told otherwise', async () => {
    const { sent, notices } = await cfHeaders({})
    expect(sent).toEqual({
      'cf-aig-authorization': 'Bearer cloudflare-token',
      'cf-aig-max-attempts': '1',
      'cf-aig-metadata': JSON.stringify(labels),
      'cf-aig-skip-cache': 'true',
    })
    expect(notices).toEqual([])
  })

  const id = targetFor(claude).modelId
  const remembering: Record<string, [Record<string, string>, Record<string, string | undefined>]> =
    {
      'a time to live': [
        { 'cf-aig-cache-ttl': '3600' },
        { 'cf-aig-cache-ttl': '3600', 'cf-aig-skip-cache': undefined },
      ],
      'a key': [
        { 'cf-aig-cache-key': 'mine' },
        { 'cf-aig-cache-key': `demo:invoke:${id}:mine`, 'cf-aig-skip-cache': undefined },
      ],
      'a key, and not to': [
        { 'cf-aig-cache-key': 'mine', 'cf-aig-skip-cache': 'true' },
        { 'cf-aig-cache-key': undefined, 'cf-aig-skip-cache': 'true' },
      ],
      'neither, but not not to': [
        { 'cf-aig-skip-cache': 'false' },
        { 'cf-aig-cache-key': undefined, 'cf-aig-skip-cache': 'true' },
      ],
      'a key no header can have': [
        { 'cf-aig-cache-key': 'schlüssel' },
        { 'cf-aig-cache-key': undefined, 'cf-aig-skip-cache': 'true' },
      ],
      'what it shall log': [
        { 'cf-aig-collect-log': 'false', 'cf-aig-collect-log-payload': 'false' },
        { 'cf-aig-collect-log': 'false', 'cf-aig-collect-log-payload': 'false' },
      ],
    }
  it.each(Object.entries(remembering))('asked with %s', async (_, [wishes, expected]) => {
    const { sent } = await cfHeaders(wishes)
    for (const [name, value] of Object.entries(expected))
      expect([name, sent[name]]).toEqual([name, value])
  })

  it('never answers one team with another’s, whatever key they name', async () => {
    const teams = ['demo', 'data']
    for (const wishes of [{ 'cf-aig-cache-ttl': '60' }, { 'cf-aig-cache-key': 'the same' }]) {
      const keys = []
      for (const team of teams) {
        const { sent } = await cfHeaders(wishes, { caller: { team, keyId: 'key-1' }, id: team })
        keys.push(known(sent['cf-aig-cache-key']))
      }
      expect(keys.map((key) => key.split(':')[0])).toEqual(teams)
      const { sent: again } = await cfHeaders(wishes, { id: 'another request' })
      expect(again['cf-aig-cache-key']).toBe(keys[0])
    }
  })

  it('remembers by all that is asked, where the caller names no key', async () => {
    const headers = [{}, { 'x-amzn-bedrock-performanceconfig-latency': 'optimized' }]
    const bodies = [claudeBody, { ...claudeBody, max_tokens: 21 }]
    const keys = new Set<string>()
    for (const body of bodies) {
      for (const more of headers) {
        const made = nativeCall(body, claude, 'invoke')
        const native = { ...known(made.native), headers: more }
        const { sent } = await cfHeaders({ 'cf-aig-cache-ttl': '60' }, { native } as Partial<Made>)
        keys.add(known(sent['cf-aig-cache-key']))
      }
    }
    expect(keys.size).toBe(4)
  })

  const told: Record<string, [said: string, kept: object, notices: number]> = {
    'two of the caller’s': ['{"a":1,"b":"Zoë"}', { a: 1, b: 'Zoë' }, 0],
    'more than it takes': ['{"a":1,"b":true,"c":"no"}', { a: 1, b: true }, 1],
    'what is the gateway’s': ['{"team":"other","requestId":1,"a":1}', { a: 1 }, 1],
    'what is nested': ['{"a":{"b":1},"c":null,"d":2}', { d: 2 }, 1],
    'what is no JSON': ['team=other', {}, 1],
    'a list': ['["team"]', {}, 1],
  }
  it.each(Object.entries(told))('is told %s', async (_, [said, kept, notices]) => {
    const answer = await cfHeaders({ 'cf-aig-metadata': said })
    const metadata = answer.sent['cf-aig-metadata'] ?? ''
    expect(JSON.parse(metadata)).toEqual({ ...kept, ...labels })
    expect(metadata).toMatch(/^[\x20-\x7e]*$/)
    expect(answer.notices).toHaveLength(notices)
  })
})
