/** The key of a team is read from its secret: patiently but briefly, seldom, and without a word of it. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import { secretText } from '../lambda/aws/secrets-manager.ts'
import { openTeamKeys } from '../lambda/sign-in/team-keys.ts'
import { secretsManager } from '../local/aws/secrets-manager.ts'
import { startAws } from '../local/aws/server.ts'
import { identify } from '../local/template/identity.ts'

const name = 'Tollgate/key/demo'
const key = `demo0a1b2c3d${'aB3'.repeat(13)}x`

beforeEach(() => {
  vi.stubEnv('AWS_REGION', 'eu-central-1')
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'AKIDEXAMPLE')
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'secret')
  vi.stubEnv('AWS_SESSION_TOKEN', 'session')
})
afterEach(() => void vi.unstubAllEnvs())

type Asked = { readonly headers: IncomingMessage['headers']; readonly body: string }
type Answer = (response: ServerResponse, body: string) => void

/** Answers one request after the other, the last answer again and again. */
async function serving(...answers: readonly Answer[]): Promise<readonly Asked[]> {
  const asked: Asked[] = []
  const server = createServer(async (request, response) => {
    const body = await text(request)
    const answer = answers[Math.min(asked.length, answers.length - 1)]
    asked.push({ headers: request.headers, body })
    answer?.(response, body)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.close()
    server.closeAllConnections()
  })
  const { port } = server.address() as AddressInfo
  vi.stubEnv('AWS_ENDPOINT_URL_SECRETS_MANAGER', `http://127.0.0.1:${port}`)
  return asked
}

const saying =
  (status: number, body: unknown): Answer =>
  (response) =>
    void response.writeHead(status).end(typeof body === 'string' ? body : JSON.stringify(body))
const good = saying(200, { Name: name, SecretString: key })
const silence: Answer = () => {}

describe('a secret', () => {
  it('is asked for by name, with the rights of the function', async () => {
    const asked = await serving(good)
    expect(await secretText(name)).toBe(key)
    expect(asked).toHaveLength(1)
    expect(JSON.parse(asked[0]?.body ?? '')).toEqual({ SecretId: name })
    expect(asked[0]?.headers).toMatchObject({
      'content-type': 'application/x-amz-json-1.1',
      'x-amz-target': 'secretsmanager.GetSecretValue',
      'x-amz-security-token': 'session',
      authorization: expect.stringMatching(
        /^AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE\/\d{8}\/eu-central-1\/secretsmanager\/aws4_request, /,
      ),
    })
  })

  it.each<[string, Answer]>([
    ['silence', silence],
    ['a broken connection', (response) => void response.destroy()],
    ['a failure of AWS’s own', saying(500, { __type: 'InternalServiceError' })],
    ['a proxy’s page', saying(503, '<html>')],
  ])('is asked for once more after %s', async (_, first) => {
    const asked = await serving(first, good)
    expect(await secretText(name)).toBe(key)
    expect(asked).toHaveLength(2)
  })

  it('is given up after two tries, in less than two seconds', async () => {
    const asked = await serving(silence)
    const started = performance.now()
    await expect(secretText(name)).rejects.toThrow()
    expect(performance.now() - started).toBeLessThan(2_000)
    expect(asked).toHaveLength(2)
  })

  it.each<[string, unknown, string]>([
    ['AccessDeniedException', { __type: 'AccessDeniedException', Message: key }, 'AccessDenied'],
    ['another namespace', { __type: 'a.b#ResourceNotFoundException' }, 'ResourceNotFound'],
    ['a page', `<html>${key}`, 'HTTP400'],
  ])('that AWS refuses is asked for once: %s', async (_, body, said) => {
    const asked = await serving(saying(400, body))
    const failure = await secretText(name).catch((error: Error) => error)
    expect(String(failure)).toContain(said)
    expect(String(failure)).not.toContain(key)
    expect(asked).toHaveLength(1)
  })

  it.each([{ SecretBinary: 'AAAA' }, `{"SecretString":"${key}`])(
    'that is no text is none, and nothing of it is told: %j',
    async (body) => {
      await serving(saying(200, body))
      const failure = await secretText(name).catch((error: Error) => error)
      expect(String(failure)).toBe('Error: it holds no text.')
    },
  )
})

describe('the secrets of a template, on one machine', () => {
  const type = 'AWS::SecretsManager::Secret'
  const properties = { Name: name, SecretString: key }
  const path = 'Tollgate/Keys/demo'
  const identity = identify(type, properties, { path, region: 'us-east-1' })

  async function served() {
    const one = { ...identity, type, path, properties, asset: undefined }
    const server = await startAws({ secretsmanager: secretsManager([one]) })
    onTestFinished(() => server.close())
    vi.stubEnv('AWS_ENDPOINT_URL_SECRETS_MANAGER', server.url)
  }

  it('are told by name and by ARN, with credentials and without', async () => {
    await served()
    expect(identity.id).toMatch(
      /^arn:aws:secretsmanager:us-east-1:\d{12}:secret:Tollgate\/key\/demo-\w{6}$/,
    )
    expect(await secretText(name)).toBe(key)
    vi.stubEnv('AWS_ACCESS_KEY_ID', undefined)
    expect(await secretText(identity.id)).toBe(key)
  })

  it('are not found by any other name', async () => {
    await served()
    await expect(secretText('Tollgate/key/data')).rejects.toThrow('ResourceNotFoundException')
  })
})

describe('the key of a team', () => {
  let clock = 0
  const minutes = 60_000

  function opened(read: (team: string) => Promise<string>) {
    const warned: string[] = []
    clock = Date.now()
    const parts = { read, now: () => clock, warn: (text: string) => void warned.push(text) }
    return { keyOf: openTeamKeys(parts), warned }
  }

  it('is read once in a quarter of an hour, and for each team', async () => {
    const read = vi.fn(async (team: string) => key.replace('demo', team))
    const { keyOf } = opened(read)
    for (const team of ['demo', 'data', 'demo', 'data']) {
      const caller = { team, keyId: '0a1b2c3d' }
      expect(await keyOf(team)).toEqual({ key: key.replace('demo', team), caller })
    }
    expect(read.mock.calls).toEqual([['demo'], ['data']])
    clock += 14.9 * minutes
    await keyOf('demo')
    expect(read).toHaveBeenCalledTimes(2)
    clock += 0.2 * minutes
    read.mockResolvedValueOnce(key.replace('x', 'y'))
    expect(await keyOf('demo')).toMatchObject({ key: key.replace('x', 'y') })
    expect(read).toHaveBeenCalledTimes(3)
  })

  it('stays what it was while the secret cannot be read, and is tried again in a minute', async () => {
    const read = vi.fn(async (_: string) => key)
    const { keyOf, warned } = opened(read)
    await keyOf('demo')
    read.mockRejectedValue(new Error('AccessDeniedException'))
    clock += 16 * minutes
    for (const _ of Array(3)) expect(await keyOf('demo')).toMatchObject({ key })
    expect(read).toHaveBeenCalledTimes(2)
    clock += 1.1 * minutes
    await keyOf('demo')
    expect(read).toHaveBeenCalledTimes(3)
    const said = 'The secret of the team demo could not be read: AccessDeniedException'
    expect(warned).toEqual([said, said])
  })

  it.each([key.replace('demo', 'data'), 'no key', ''])(
    'is none where the secret holds %j, of which nothing is told',
    async (kept) => {
      const { keyOf, warned } = opened(async () => kept)
      await expect(keyOf('demo')).rejects.toThrow('unavailable')
      expect(warned).toEqual([
        'The secret of the team demo could not be read: it is no key of this team.',
      ])
    },
  )
})
