/** The secret of a key is told to CloudFormation, once, and to nobody else. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { readKey } from '../lambda/core/key.ts'
import { handler, makeSecret, type TeamKeyEvent } from '../lambda/team-key.ts'
import { keyIdOf } from '../lib/key-id.ts'

type Answer = { readonly method: string; readonly body: Record<string, unknown> }
const answers: Answer[] = []
let status = 200
const cloudFormation = createServer(async (request, response) => {
  const body = JSON.parse(await text(request))
  answers.push({ method: request.method ?? '', body })
  response.writeHead(status).end()
})
beforeAll(() => new Promise<void>((resolve) => cloudFormation.listen(0, '127.0.0.1', resolve)))
afterAll(() => void cloudFormation.close())

const event = (more: Partial<TeamKeyEvent> = {}): TeamKeyEvent => ({
  RequestType: 'Create',
  ResponseURL: `http://127.0.0.1:${(cloudFormation.address() as AddressInfo).port}/answer?sig=private`,
  StackId: 'arn:aws:cloudformation:us-east-1:123456789012:stack/Tollgate/1',
  RequestId: 'request-1',
  LogicalResourceId: 'demoSecret',
  ResourceProperties: { Team: 'demo', Rotation: '0' },
  ...more,
})

async function answerTo(more: Partial<TeamKeyEvent>): Promise<Answer['body']> {
  await handler(event(more))
  const answer = answers.pop()
  expect(answer?.method).toBe('PUT')
  return answer?.body ?? {}
}

describe('the maker of keys', () => {
  it('answers a new team with a secret that CloudFormation shows to nobody', async () => {
    const body = await answerTo({})
    expect(body).toEqual({
      Status: 'SUCCESS',
      NoEcho: true,
      PhysicalResourceId: 'team-key-demo',
      StackId: event().StackId,
      RequestId: 'request-1',
      LogicalResourceId: 'demoSecret',
      Data: { Secret: expect.stringMatching(/^[A-Za-z0-9]{40}$/) },
    })
    const { Secret } = body.Data as { Secret: string }
    expect(readKey(`demo${keyIdOf('demo')}${Secret}`)).toEqual({
      team: 'demo',
      keyId: keyIdOf('demo'),
    })
  })

  it('makes another secret when it is rotated, under the same physical id', async () => {
    const PhysicalResourceId = 'team-key-demo'
    const body = await answerTo({
      RequestType: 'Update',
      PhysicalResourceId,
      ResourceProperties: { Team: 'demo', Rotation: '1' },
      OldResourceProperties: { Team: 'demo', Rotation: '0' },
    })
    expect(body).toMatchObject({ Status: 'SUCCESS', PhysicalResourceId, Data: { Secret: /./ } })
  })

  it('refuses any other change, since it cannot tell the secret again', async () => {
    const { ResourceProperties } = event()
    const body = await answerTo({
      RequestType: 'Update',
      OldResourceProperties: ResourceProperties,
    })
    expect(body).toMatchObject({ Status: 'FAILED', Reason: expect.stringContaining('Rotation') })
    expect(body).not.toHaveProperty('Data')
  })

  it('lets a key go', async () => {
    const body = await answerTo({ RequestType: 'Delete', PhysicalResourceId: 'other' })
    expect(body).toMatchObject({ Status: 'SUCCESS', PhysicalResourceId: 'other' })
    expect(body).not.toHaveProperty('Data')
  })

  it('writes nothing, and fails without the address that takes its answer', async () => {
    const written = [process.stdout, process.stderr].map((stream) => vi.spyOn(stream, 'write'))
    await answerTo({})
    status = 403
    const failure = await handler(event()).catch((error: Error) => error)
    const unreachable = await handler(
      event({ ResponseURL: 'http://127.0.0.1:1/?sig=private' }),
    ).catch((error: Error) => error)
    expect(String(failure)).toContain('403')
    expect(String(unreachable)).toContain('ECONNREFUSED')
    expect(`${failure}${unreachable}`).not.toContain('private')
    for (const write of written) expect(write).not.toHaveBeenCalled()
    vi.restoreAllMocks()
    status = 200
  })
})

describe('a secret', () => {
  it('takes every letter and digit equally often', () => {
    const counts = new Map<string, number>()
    for (let made = 0; made < 3_100; made++) {
      for (const letter of makeSecret()) counts.set(letter, (counts.get(letter) ?? 0) + 1)
    }
    expect(counts.size).toBe(62)
    for (const count of counts.values()) expect(Math.abs(count - 2_000)).toBeLessThan(300)
  })

  it('leaves out the bytes that would favour the first letters', () => {
    const bytes = Array.from({ length: 256 }, (_, byte) => byte).reverse()
    const feed = (size: number) => Uint8Array.from(bytes.splice(0, size))
    expect(makeSecret(feed).startsWith('987654321')).toBe(true)
  })

  it('differs each time', () => {
    expect(new Set(Array.from({ length: 1_000 }, () => makeSecret())).size).toBe(1_000)
  })
})
