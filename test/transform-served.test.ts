/** Functions of the configuration's own file, in the function's bundle. */
import { resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { served } from './support/served.ts'

const from = (file: string) => JSON.stringify(resolve(import.meta.dirname, '..', file))

const gateway = served(
  undefined,
  `import { defineGateway } from ${from('lambda/core/config.ts')}
import { redact } from ${from('lambda/transform/redact.ts')}
import { refuse } from ${from('lambda/transform/refuse.ts')}

const polite = ({ messages }: { messages: readonly { content: readonly object[] }[] }) =>
  JSON.stringify(messages).includes('damn') ? refuse('Please, politely.') : undefined

export default defineGateway({
  regions: ['us-east-1'],
  models: { nova: 'amazon.nova-lite-v1:0' },
  plans: { free: {} },
  teams: {
    all: {
      plan: 'free',
      models: '*',
      transform: {
        ...redact(),
        request: [
          (request) => {
            polite(request)
            return request
          },
          redact({ kinds: ['email'], with: (kind) => \`<\${kind}>\` }).request,
        ],
      },
    },
  },
})
`,
)

describe('a served gateway', () => {
  const ask = (question: string) =>
    fetch(`${gateway.url()}/bedrock`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-api-key': gateway.key() },
      body: JSON.stringify({ model: 'nova', question, max_tokens: 200 }),
    })

  it('runs them on what is asked and what is answered', async () => {
    const answer = await ask('Who is ada@example.org at 192.168.0.1?')
    expect(answer.status).toBe(200)
    const { answer: text } = (await answer.json()) as { answer: string }
    expect(text).toContain('You asked: "Who is <email> at [ip]?"')
    const [seen] = Object.values(gateway.local().simulators).flatMap(({ requests }) => requests)
    expect(JSON.stringify(seen?.body)).toContain('Who is <email> at 192.168.0.1?')
  })

  it('lets them refuse', async () => {
    const answer = await ask('damn')
    expect(answer.status).toBe(400)
    expect(await answer.text()).toContain('Please, politely.')
  })
})
