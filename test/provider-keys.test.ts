/** Keys of other providers: read once an environment, by the function alone, and on one machine from its environment. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import type { GatewayConfig } from '../lambda/core/config.ts'
import { forgetKey, providerKey } from '../lambda/providers/provider-key.ts'
import { secretsManager } from '../local/aws/secrets-manager.ts'
import { namedSecrets, ownSecrets } from '../local/gateway/own-secrets.ts'
import example from '../tollgate.config.ts'
import { synthesise } from './support/stack.ts'

type Answer = { readonly status: number; readonly body: object }
let answers: Answer[] = []
let asked: string[] = []

const text = (SecretString: string): Answer => ({ status: 200, body: { SecretString } })
const refusal = (__type: string): Answer => ({ status: 400, body: { __type, message: 'no' } })

const server = createServer(async (request, response) => {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  asked.push(JSON.parse(Buffer.concat(chunks).toString()).SecretId)
  const { status, body } = answers.shift() ?? refusal('NothingOrdered')
  response.writeHead(status).end(JSON.stringify(body))
})

beforeAll(async () => {
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  vi.stubEnv('AWS_ENDPOINT_URL_SECRETS_MANAGER', `http://127.0.0.1:${port}`)
  vi.stubEnv('AWS_REGION', 'us-east-1')
})
afterAll(async () => {
  vi.unstubAllEnvs()
  server.closeAllConnections()
  await new Promise((resolve) => server.close(resolve))
})
beforeEach(() => {
  answers = []
  asked = []
})
afterEach(() => void vi.useRealTimers())

let made = 0
const arn = () => `arn:aws:secretsmanager:us-east-1:123456789012:secret:key${made++}-AbCdEf`

describe('a key', () => {
  it('is read once, however many ask at once, and without what stands around it', async () => {
    answers = [text(' sk-one\n')]
    const name = arn()
    const keys = await Promise.all([providerKey(name), providerKey(name), providerKey(name)])
    expect(keys).toEqual(['sk-one', 'sk-one', 'sk-one'])
    expect(await providerKey(name)).toBe('sk-one')
    expect(asked).toEqual([name])
  })

  it.each([
    ['is not there', refusal('ResourceNotFoundException'), 'ResourceNotFoundException'],
    ['may not be read', refusal('AccessDeniedException'), 'AccessDeniedException'],
    ['is empty', text('\n'), 'NoKeyInSecret'],
    ['is no key', text('{"key": "sk-one"} two\nlines'), 'NoKeyInSecret'],
  ])('that %s is the operator’s to mend, and asked for anew', async (_, answer, name) => {
    const secret = arn()
    answers = [answer, text('sk-two')]
    const failure = await providerKey(secret).catch((error: unknown) => error)
    expect(failure).toMatchObject({ code: 'access_denied', retryable: true, cause: { name } })
    expect(String(failure)).not.toMatch(/sk-|arn:|key\d/)
    expect(await providerKey(secret)).toBe('sk-two')
  })

  it('that cannot be read now is nobody’s fault, and another target may be asked', async () => {
    answers = [
      { status: 500, body: {} },
      { status: 500, body: {} },
    ]
    await expect(providerKey(arn())).rejects.toMatchObject({
      code: 'upstream_unavailable',
      retryAfter: 5,
    })
  })

  it('that was changed is read again, once a minute at most', async () => {
    vi.useFakeTimers({ toFake: ['Date'] })
    const name = arn()
    answers = [text('sk-old'), text('sk-new')]
    expect(await providerKey(name)).toBe('sk-old')
    forgetKey(name)
    expect(await providerKey(name)).toBe('sk-old')
    vi.setSystemTime(Date.now() + 60_000)
    forgetKey(name)
    expect(await providerKey(name)).toBe('sk-new')
    expect(asked).toHaveLength(2)
  })
})

describe('on one machine', () => {
  const openai = arn()
  const token = arn()
  const named = namedSecrets(
    { 'my-openai': { type: 'openai', url: 'x', key: openai }, local: { type: 'openai', url: 'y' } },
    { token },
  )
  const ask = (own: ReadonlyMap<string, string>, SecretId: string) =>
    secretsManager(
      [],
      own,
    )({
      method: 'POST',
      path: '/',
      query: new URLSearchParams(),
      headers: { 'x-amz-target': 'secretsmanager.GetSecretValue' },
      body: JSON.stringify({ SecretId }),
    })

  it('secrets stand in variables of the environment', async () => {
    const environment = { TOLLGATE_KEY_MY_OPENAI: 'sk-here', TOLLGATE_CLOUDFLARE_TOKEN: 'cf-here' }
    const { texts, missing } = ownSecrets(named, environment)
    expect(missing).toEqual([])
    const answer = await ask(texts, openai)
    expect(answer.status).toBe(200)
    expect(JSON.parse(answer.body)).toMatchObject({ ARN: openai, SecretString: 'sk-here' })
    expect((await ask(texts, arn())).body).toContain('ResourceNotFoundException')
  })

  it('one that is missing is named, and is not found', async () => {
    const { texts, missing } = ownSecrets(named, { TOLLGATE_KEY_MY_OPENAI: '' })
    expect(missing).toEqual([
      'TOLLGATE_KEY_MY_OPENAI is not set: the provider my-openai cannot be asked without its key.',
      'TOLLGATE_CLOUDFLARE_TOKEN is not set: Cloudflare cannot be asked without its key.',
    ])
    const answer = await ask(texts, openai)
    expect(answer).toMatchObject({
      status: 400,
      body: expect.stringContaining('ResourceNotFoundException'),
    })
  })
})

describe('the function', () => {
  const readers = (config: GatewayConfig) =>
    Object.values(synthesise(config).root.Resources)
      .filter(({ Type }) => Type === 'AWS::IAM::Policy' || Type === 'AWS::IAM::ManagedPolicy')
      .flatMap(({ Properties }) => Properties.PolicyDocument.Statement)
      .filter(({ Action }) => JSON.stringify(Action).includes('secretsmanager:'))

  it('may read exactly the secrets that are configured', () => {
    const secret = (name: string) =>
      `arn:aws:secretsmanager:us-east-1:123456789012:secret:${name}-AbCdEf`
    const config: GatewayConfig = {
      ...example,
      providers: {
        openai: { type: 'openai', url: 'https://api.openai.com/v1', key: secret('openai') },
        same: { type: 'openai', url: 'https://eu.api.openai.com/v1', key: secret('openai') },
        claude: { type: 'anthropic', key: secret('anthropic') },
        local: { type: 'openai', url: 'http://10.0.0.7:8080/v1' },
      },
    }
    expect(readers(config)).toEqual([
      {
        Effect: 'Allow',
        Action: 'secretsmanager:GetSecretValue',
        Resource: [secret('anthropic'), secret('openai')],
      },
    ])
    expect(readers(example)).toEqual([])
  })
})
