/** The AWS SDK and a simulated guardrail: at Bedrock's own address, and through the gateway that has one. */
import {
  BedrockRuntimeClient,
  ConverseCommand,
  type ConverseCommandInput,
  ConverseStreamCommand,
  InvokeModelCommand,
  type InvokeModelCommandInput,
  InvokeModelWithResponseStreamCommand,
  ValidationException,
} from '@aws-sdk/client-bedrock-runtime'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Simulator, startSimulator } from '../local/simulator/index.ts'
import { sdkClient } from './simulator-client.ts'
import { served } from './support/served.ts'

const claude = 'us.anthropic.claude-haiku-4-5-20251001-v1:0'
const llama = 'us.meta.llama3-3-70b-instruct-v1:0'
const titan = 'amazon.titan-embed-text-v2:0'
const blocked = 'Sorry, the model cannot answer this question.'

let simulator: Simulator
let direct: BedrockRuntimeClient
beforeAll(async () => {
  const blocks = { input: ['forbidden'], output: ['leak'] }
  simulator = await startSimulator({
    region: 'us-east-1',
    guardrails: { abc: { versions: ['1'], blocks } },
  })
  direct = sdkClient(simulator.url)
})
afterAll(async () => {
  direct.destroy()
  await simulator.close()
})

const judged = { guardrailIdentifier: 'abc', guardrailVersion: '1' }
const claudeBody = (text: string, more: object = {}) => ({
  ...{ anthropic_version: 'bedrock-2023-05-31', max_tokens: 200 },
  ...{ messages: [{ role: 'user', content: text }], ...more },
})
const invocation = (modelId: string, body: object, more: object = judged) =>
  ({
    ...{ modelId, contentType: 'application/json', body: JSON.stringify(body), trace: 'ENABLED' },
    ...more,
  }) as InvokeModelCommandInput
const invoked = async (client: BedrockRuntimeClient, input: InvokeModelCommandInput) =>
  JSON.parse((await client.send(new InvokeModelCommand(input))).body.transformToString())
async function invokedInPieces(client: BedrockRuntimeClient, input: InvokeModelCommandInput) {
  const { body } = await client.send(new InvokeModelWithResponseStreamCommand(input))
  const chunks: Record<string, unknown>[] = []
  for await (const { chunk } of body ?? []) {
    chunks.push(JSON.parse(Buffer.from(chunk?.bytes ?? []).toString()))
  }
  return chunks
}
const conversation = (text: string, modelId = claude): ConverseCommandInput => ({
  modelId,
  messages: [{ role: 'user', content: [{ text }] }],
})
const guardrailConfig = { ...judged, trace: 'enabled' } as const
async function conversedInPieces(client: BedrockRuntimeClient, input: ConverseCommandInput) {
  const { stream } = await client.send(new ConverseStreamCommand(input))
  const events = []
  for await (const event of stream ?? []) events.push(event)
  return {
    text: events.map(({ contentBlockDelta }) => contentBlockDelta?.delta?.text ?? '').join(''),
    stopReason: events.find(({ messageStop }) => messageStop)?.messageStop?.stopReason,
    metadata: events.find(({ metadata }) => metadata)?.metadata,
  }
}
const found = (match: string) => ({
  wordPolicy: { customWords: [{ match, action: 'BLOCKED', detected: true }] },
})

describe('the simulated Bedrock', () => {
  it('blocks a prompt without asking a model, in each family’s own form', async () => {
    const before = simulator.billed.length
    expect(
      await invoked(direct, invocation(claude, claudeBody('What is forbidden?'))),
    ).toMatchObject({
      content: [{ type: 'text', text: blocked }],
      usage: { input_tokens: 0, output_tokens: 0 },
      'amazon-bedrock-guardrailAction': 'INTERVENED',
      'amazon-bedrock-trace': { guardrail: { input: { abc: found('forbidden') } } },
    })
    const llamaBody = { prompt: 'What is FORBIDDEN?' }
    expect(await invoked(direct, invocation(llama, llamaBody))).toMatchObject({
      generation: blocked,
    })
    const last = (await invokedInPieces(direct, invocation(llama, llamaBody))).at(-1)
    expect(last).toMatchObject({ 'amazon-bedrock-guardrailAction': 'INTERVENED' })
    expect(simulator.billed.length).toBe(before)
  })

  it('blocks an answer that was given, and charges for it', async () => {
    const before = simulator.billed.length
    const input = { ...conversation('What is a leak?'), guardrailConfig }
    const whole = await direct.send(new ConverseCommand(input))
    expect(whole).toMatchObject({
      stopReason: 'guardrail_intervened',
      output: { message: { content: [{ text: blocked }] } },
      trace: { guardrail: { outputAssessments: { abc: [found('leak')] } } },
    })
    const told = await conversedInPieces(direct, input)
    expect(told).toMatchObject({
      ...{ text: blocked, stopReason: 'guardrail_intervened' },
      metadata: { trace: { guardrail: { outputAssessments: { abc: [found('leak')] } } } },
    })
    expect(simulator.billed.slice(before)).toHaveLength(2)
  })

  it('lets pass what says nothing of it, and reads only what is marked', async () => {
    const answer = await invoked(direct, invocation(claude, claudeBody('Hello')))
    expect(answer).toMatchObject({ 'amazon-bedrock-guardrailAction': 'NONE' })
    const content = [{ text: 'forbidden' }, { guardContent: { text: { text: 'Hello' } } }]
    const input = {
      modelId: claude,
      messages: [{ role: 'user' as const, content }],
      guardrailConfig,
    }
    const { stopReason } = await direct.send(new ConverseCommand(input))
    expect(stopReason).toBe('end_turn')
  })

  const unknown = 'The guardrail identifier or version provided in the request does not exist.'
  it.each<[string, object, string]>([
    ['an id it does not know', { ...judged, guardrailIdentifier: 'other' }, unknown],
    ['a version it does not know', { ...judged, guardrailVersion: '2' }, unknown],
    [
      'an ARN of another region',
      { ...judged, guardrailIdentifier: 'arn:aws:bedrock:us-west-2:123456789012:guardrail/abc' },
      unknown,
    ],
    ['an id of no form', { ...judged, guardrailIdentifier: 'A B' }, 'identifier is invalid'],
    ['a version without an id', { guardrailVersion: '1' }, 'both an identifier and a version'],
    ['an id without a version', { guardrailIdentifier: 'abc' }, 'both an identifier and a version'],
  ])('refuses %s', async (_, more, says) => {
    const input = invocation(claude, claudeBody('Hello'), more)
    const refused = direct.send(new InvokeModelCommand(input))
    await expect(refused).rejects.toThrow(ValidationException)
    await expect(refused).rejects.toThrow(says)
  })

  it('refuses tags without a guardrail, and a guardrail over vectors', async () => {
    const tags = { 'amazon-bedrock-guardrailConfig': { tagSuffix: 'xyz' } }
    const tagged = invocation(claude, claudeBody('Hello', tags), {})
    await expect(invoked(direct, tagged)).rejects.toThrow(ValidationException)
    await expect(invoked(direct, invocation(titan, { inputText: 'Hello' }))).rejects.toThrow(
      ValidationException,
    )
  })
})

const gateway = served({
  regions: ['us-east-1'],
  models: { claude: 'anthropic.claude-haiku-4-5-20251001-v1:0' },
  guardrail: { id: 'gatewayguardrail', version: 2, trace: 'enabled' },
  plans: { free: {} },
  teams: { all: { plan: 'free', models: '*' } },
})

describe('the gateway here, with a guardrail in its configuration', () => {
  const through = () =>
    new BedrockRuntimeClient({
      ...{ region: 'us-east-1', endpoint: gateway.url(), maxAttempts: 1 },
      token: { token: gateway.key() },
      authSchemePreference: ['httpBearerAuth'],
    })
  const input = 'What is a guardrail-test-block?'
  const output = 'What is a guardrail-test-leak?'
  const plain = (text: string) => invocation('claude', claudeBody(text), { trace: undefined })

  it('answers the SDK as Bedrock would', async () => {
    const client = through()
    try {
      const stopped = { 'amazon-bedrock-guardrailAction': 'INTERVENED' }
      expect(await invoked(client, plain(input))).toMatchObject(stopped)
      expect((await invokedInPieces(client, plain(output))).at(-1)).toMatchObject(stopped)
      const { stopReason } = await client.send(new ConverseCommand(conversation(input, 'claude')))
      expect(stopReason).toBe('guardrail_intervened')
      const told = await conversedInPieces(client, conversation(output, 'claude'))
      expect(told).toMatchObject({ text: blocked, stopReason: 'guardrail_intervened' })
      const own = { ...conversation('Hello', 'claude'), guardrailConfig }
      await expect(client.send(new ConverseCommand(own))).rejects.toThrow(ValidationException)
    } finally {
      client.destroy()
    }
    const [{ requests } = { requests: [] }] = Object.values(gateway.local().simulators)
    expect(requests.at(-1)?.body).toMatchObject({
      guardrailConfig: {
        ...{ guardrailIdentifier: 'gatewayguardrail', guardrailVersion: '2', trace: 'enabled' },
        streamProcessingMode: 'sync',
      },
    })
  })
})
