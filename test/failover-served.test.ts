/** A program written for Bedrock, its endpoint pointed here, goes on in its loop while a region fails. */
import {
  BedrockRuntimeClient,
  ConverseCommand,
  ConverseStreamCommand,
  InvokeModelCommand,
} from '@aws-sdk/client-bedrock-runtime'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Simulator } from '../local/simulator/index.ts'
import { served } from './support/served.ts'

const gateway = served({
  regions: ['us-east-1', 'us-west-2'],
  models: { nova: 'amazon.nova-lite-v1:0' },
  plans: { free: {} },
  teams: { all: { plan: 'free', models: '*' } },
})

const simulatorOf = (region: string): Simulator => {
  const simulator = gateway.local().simulators[region]
  if (simulator === undefined) throw new Error(`Nobody answers as ${region}.`)
  return simulator
}

/** As boto3 users do it: one client, with an endpoint, a token, and retries of its own left on. */
let client: BedrockRuntimeClient
beforeAll(() => {
  client = new BedrockRuntimeClient({
    region: 'us-east-1',
    endpoint: gateway.url(),
    token: { token: gateway.key() },
    authSchemePreference: ['httpBearerAuth'],
  })
})
afterAll(() => client.destroy())
beforeEach(() => {
  for (const simulator of Object.values(gateway.local().simulators)) simulator.clearFaults()
})

const modelId = 'us.amazon.nova-lite-v1:0'
const messages = [{ role: 'user' as const, content: [{ text: 'What is a dystopia?' }] }]
const inferenceConfig = { maxTokens: 60 }

/** What was said; a call that fails stops the program. */
type Call = () => Promise<string | undefined>
const program: Readonly<Record<string, Call>> = {
  async converse() {
    const { output } = await client.send(
      new ConverseCommand({ modelId, messages, inferenceConfig }),
    )
    return output?.message?.content?.[0]?.text
  },
  async 'converse-stream'() {
    const command = new ConverseStreamCommand({ modelId, messages, inferenceConfig })
    let text = ''
    let stopped = false
    for await (const event of (await client.send(command)).stream ?? []) {
      text += event.contentBlockDelta?.delta?.text ?? ''
      stopped ||= event.messageStop !== undefined
    }
    return stopped ? text : undefined
  },
  async invoke() {
    const body = JSON.stringify({ messages, inferenceConfig })
    const command = { modelId, contentType: 'application/json', body }
    const answer = await client.send(new InvokeModelCommand(command))
    return JSON.parse(answer.body.transformToString()).output.message.content[0].text
  },
}

const answer =
  '[simulated amazon.nova-lite-v1:0] You asked: "What is a dystopia?". Turns before: 0. max=60'

/** Every call is answered, in the same words; its trail is in its log line, which comes when it is over. */
async function trailOf(call: Call): Promise<string> {
  const before = gateway.lines.length
  expect(await call()).toBe(answer)
  await gateway.local().settled()
  const lines = gateway.lines.slice(before).map(({ line }) => JSON.parse(line) as Line)
  return lines.find(({ attempts }) => attempts !== undefined)?.attempts ?? ''
}
type Line = { readonly attempts?: string }

async function loop(times: number): Promise<readonly string[]> {
  const trails: string[] = []
  for (let time = 0; time < times; time += 1) {
    for (const call of Object.values(program)) trails.push(await trailOf(call))
  }
  return trails
}

describe('the AWS SDK’s own loop over Converse, ConverseStream and InvokeModel', () => {
  it.each([
    ['throttle', 'ThrottlingException'],
    ['error:500:InternalServerException', 'InternalServerException'],
    ['error:503:ServiceUnavailableException', 'ServiceUnavailableException'],
    ['error:424:ModelErrorException', 'ModelErrorException'],
  ])('goes on where us-east-1 fails each of its calls once, by %s', async (fault, name) => {
    for (const [step, call] of Object.entries(program)) {
      simulatorOf('us-east-1').fault(fault, { times: 1 })
      expect(await trailOf(call), step).toBe(`us-east-1:${name},us-west-2:ok`)
      expect(await trailOf(call), step).toBe('us-east-1:ok')
    }
  })

  it('goes on where us-east-1 is gone, and soon it is not even tried', async () => {
    expect(new Set(await loop(1))).toEqual(new Set(['us-east-1:ok']))
    await simulatorOf('us-east-1').close()
    const started = performance.now()
    const trails = await loop(4)
    const probes = Math.floor((performance.now() - started) / 5_000)
    expect(trails).toHaveLength(12)
    for (const trail of trails) expect(trail).toMatch(/^(us-east-1:ECONN[A-Z]+,)*us-west-2:ok$/)
    const tried = trails.filter((trail) => trail.startsWith('us-east-1'))
    expect(tried.length).toBeGreaterThan(0)
    expect(tried.length).toBeLessThanOrEqual(5 + probes)
  })
})
