/** The rights of a role: asked of STS as it wants to be asked, kept, and renewed in time. */
import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { assumeRole, openAssumedRoles, type Temporary } from '../lambda/aws/assumed-role.ts'
import { startAws } from '../local/aws/server.ts'
import { accessKeyOf, openSts, refusal } from '../local/aws/sts.ts'

const role = 'arn:aws:iam::222222222222:role/TollgateCaller'
const own = { accessKeyId: 'AKIAOWN', secretAccessKey: 'secret', sessionToken: 'token' }
const now = Date.parse('2026-11-21T12:00:00Z')

beforeEach(() => void vi.stubEnv('AWS_REGION', 'eu-west-1'))
afterEach(() => void vi.unstubAllEnvs())

describe('asking STS', () => {
  let server: Server | undefined
  async function answering(listener: RequestListener): Promise<void> {
    const one = createServer(listener)
    server = one
    await new Promise<void>((resolve) => void one.listen(0, '127.0.0.1', resolve))
    vi.stubEnv('AWS_ENDPOINT_URL_STS', `http://127.0.0.1:${(one.address() as AddressInfo).port}`)
  }
  afterEach(async () => {
    server?.closeAllConnections()
    await new Promise((resolve) => server?.close(resolve) ?? resolve(undefined))
    server = undefined
  })

  it('is one signed form, for an hour, under the gateway’s name', async () => {
    const aws = await startAws({ sts: openSts(() => now) })
    let seen = {}
    await answering(async (incoming, response) => {
      const { method, url, headers } = incoming
      const body = await text(incoming)
      seen = { method, url, form: Object.fromEntries(new URLSearchParams(body)), ...headers }
      const { authorization = '', 'content-type': type = '' } = headers
      const answer = await fetch(aws.url, {
        method: 'POST',
        body,
        headers: { authorization, 'content-type': type },
      })
      response.writeHead(answer.status).end(await answer.text())
    })
    const { credentials, until } = await assumeRole(role, own)
    expect(seen).toMatchObject({
      method: 'POST',
      url: '/',
      form: {
        Action: 'AssumeRole',
        Version: '2011-06-15',
        RoleArn: role,
        RoleSessionName: 'tollgate',
        DurationSeconds: '3600',
      },
      authorization: expect.stringMatching(/AKIAOWN\/\d{8}\/eu-west-1\/sts\/aws4_request/),
      'x-amz-security-token': 'token',
      'content-type': 'application/x-www-form-urlencoded; charset=utf-8',
    })
    expect(credentials.accessKeyId).toBe(accessKeyOf('222222222222'))
    expect(credentials.secretAccessKey).toMatch(/^[\w+/=]{40}$/)
    expect(credentials.sessionToken).toMatch(/^[\w+/=]{400}$/)
    expect(until).toBe(now + 3_600_000)
    await aws.close()
  })

  const failures: Record<string, [status: number, body: string, name: string, asked: number]> = {
    'a refusal': [403, refusal(403, 'AccessDenied', 'no').body, 'AccessDenied', 1],
    'an expired session': [403, refusal(403, 'ExpiredToken', 'no').body, 'ExpiredToken', 1],
    'a wrong ARN': [400, refusal(400, 'ValidationError', 'no').body, 'ValidationError', 1],
    'a throttle': [400, refusal(400, 'Throttling', 'Rate exceeded').body, 'Throttling', 2],
    'a failure of STS': [500, refusal(500, 'InternalFailure', 'no').body, 'InternalFailure', 2],
    'a page of HTML': [502, '<html>', 'HTTP502', 2],
    'an answer without credentials': [200, '<AssumeRoleResponse/>', 'NoCredentialsInAnswer', 2],
    'an answer without an end': [
      200,
      '<AccessKeyId>A</AccessKeyId><SecretAccessKey>B</SecretAccessKey><SessionToken>C</SessionToken>',
      'NoCredentialsInAnswer',
      2,
    ],
  }
  it.each(Object.entries(failures))(
    '%s is told by AWS’s name',
    async (_, [status, body, name, times]) => {
      let asked = 0
      await answering((_, response) => {
        asked += 1
        response.writeHead(status).end(body)
      })
      const expected = { name, status: times === 1 ? 403 : 503 }
      await expect(assumeRole(role, own)).rejects.toMatchObject(expected)
      expect(asked).toBe(times)
    },
  )

  it('a server that hangs is asked once more', async () => {
    let asked = 0
    await answering(async (incoming, response) => {
      asked += 1
      if (asked === 1) return
      const { status, body } = await openSts()({
        method: 'POST',
        path: '/',
        query: new URLSearchParams(),
        headers: {},
        body: await text(incoming),
      })
      response.writeHead(status).end(body)
    })
    expect((await assumeRole(role, own)).credentials.accessKeyId).toBe(accessKeyOf('222222222222'))
    expect(asked).toBe(2)
  })

  it('a server that is not there fails at once', async () => {
    vi.stubEnv('AWS_ENDPOINT_URL_STS', 'http://127.0.0.1:9')
    await expect(assumeRole(role, own)).rejects.toMatchObject({
      name: 'RoleUnavailable',
      status: 503,
    })
  })
})

describe('STS on this machine refuses', () => {
  const right = {
    Action: 'AssumeRole',
    Version: '2011-06-15',
    RoleArn: role,
    RoleSessionName: 'tollgate',
    DurationSeconds: '3600',
  }
  const wrong: Record<string, [Partial<typeof right>, string]> = {
    'another action': [{ Action: 'GetCallerIdentity' }, 'InvalidAction'],
    'another version': [{ Version: '2010-01-01' }, 'InvalidAction'],
    'what is no role': [{ RoleArn: 'arn:aws:iam::222222222222:user/x' }, 'ValidationError'],
    'no session': [{ RoleSessionName: '' }, 'ValidationError'],
    'more than an hour': [{ DurationSeconds: '3601' }, 'ValidationError'],
  }
  it.each(Object.entries(wrong))('%s', async (_, [change, code]) => {
    const body = new URLSearchParams({ ...right, ...change }).toString()
    const asked = { method: 'POST', path: '/', query: new URLSearchParams(), headers: {}, body }
    const answer = await openSts()(asked)
    expect(answer).toMatchObject({ status: 400, body: expect.stringContaining(`<Code>${code}<`) })
  })
})

describe('what STS gave', () => {
  const minute = 60_000

  /** STS, answered by hand; a clock, moved by hand. */
  function roles() {
    const asked: { role: string; settle: PromiseWithResolvers<Temporary> }[] = []
    let clock = now
    const of = openAssumedRoles({
      assume(name) {
        const settle = Promise.withResolvers<Temporary>()
        asked.push({ role: name, settle })
        return settle.promise
      },
      now: () => clock,
    })
    const give = async (index: number, forMs = 60 * minute) => {
      const credentials = { ...own, accessKeyId: `ASIA${index}` }
      asked[index]?.settle.resolve({ credentials, until: clock + forMs })
      await asked[index]?.settle.promise
    }
    const keyOf = async (name = role) => (await of(name)).accessKeyId
    const pass = (ms: number) => {
      clock += ms
    }
    return { asked, give, keyOf, pass }
  }

  it('is asked for once by all who come, for each role', async () => {
    const { asked, give, keyOf } = roles()
    const keys = Promise.all([keyOf(), keyOf(), keyOf('other'), keyOf()])
    await give(0)
    await give(1)
    expect(await keys).toEqual(['ASIA0', 'ASIA0', 'ASIA1', 'ASIA0'])
    expect(asked.map(({ role: name }) => name)).toEqual([role, 'other'])
  })

  it('is kept until five minutes before its end, then renewed while it still serves', async () => {
    const { asked, give, keyOf, pass } = roles()
    const first = keyOf()
    await give(0)
    await first
    pass(54 * minute)
    expect([await keyOf(), asked.length]).toEqual(['ASIA0', 1])
    pass(minute)
    expect([await keyOf(), await keyOf(), asked.length]).toEqual(['ASIA0', 'ASIA0', 2])
    await give(1)
    expect([await keyOf(), asked.length]).toEqual(['ASIA1', 2])
  })

  it('serves to its end where it cannot be renewed, and is tried again', async () => {
    const { asked, give, keyOf, pass } = roles()
    const first = keyOf()
    await give(0)
    await first
    pass(56 * minute)
    expect(await keyOf()).toBe('ASIA0')
    asked[1]?.settle.reject(new Error('no'))
    await vi.waitFor(async () => {
      expect(await keyOf()).toBe('ASIA0')
      expect(asked).toHaveLength(3)
    })
    pass(4 * minute)
    const late = keyOf()
    await give(2)
    expect(await late).toBe('ASIA2')
  })

  it('is not kept where it failed', async () => {
    const { asked, give, keyOf } = roles()
    const both = Promise.allSettled([keyOf(), keyOf()])
    asked[0]?.settle.reject(new Error('denied'))
    expect((await both).map(({ status }) => status)).toEqual(['rejected', 'rejected'])
    const again = keyOf()
    await give(1)
    expect(await again).toBe('ASIA1')
  })
})
