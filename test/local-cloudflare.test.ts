/** A target that goes out through Cloudflare stays on this machine, where Bedrock is simulated. */
import { expect, it } from 'vitest'
import { served } from './support/served.ts'

const nova = 'amazon.nova-lite-v1:0'
const gateway = served({
  regions: ['us-east-1'],
  models: { nova: { targets: [{ model: nova, via: 'cloudflare' }] } },
  cloudflare: { account: '0123456789abcdef0123456789abcdef', gateway: 'models' },
  plans: { free: {} },
  teams: { all: { plan: 'free', models: '*' } },
})

it.each([false, true])(
  'and is answered by the region that is asked, streamed: %s',
  async (stream) => {
    const headers = { 'content-type': 'application/json', 'x-api-key': gateway.key() }
    const body = JSON.stringify({ model: 'nova', question: 'Why?', max_tokens: 20, stream })
    const answer = await fetch(`${gateway.url()}/bedrock`, { method: 'POST', headers, body })
    expect([answer.status, await answer.text()]).toEqual([
      200,
      expect.stringContaining('simulated'),
    ])
    expect(answer.headers.get('x-tollgate-attempts')).toBe('us-east-1:ok')
    const [simulator] = Object.values(gateway.local().simulators)
    expect(simulator?.requests.at(-1)).toMatchObject({ modelId: expect.stringContaining(nova) })
  },
)
