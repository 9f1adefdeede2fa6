/** The AWS SDK, unmodified, asks every model of the catalogue through the simulator. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { models } from '../lambda/models/index.ts'
import { targetId } from '../lambda/models/profiles.ts'
import { type Simulator, startSimulator } from '../local/simulator/index.ts'
import {
  chunkTexts,
  converseStream,
  converseWhole,
  familyName,
  type HandlerName,
  handlers,
  invokeStream,
  invokeWhole,
  isInvoked,
  minimalBody,
  sdkClient,
  wholeTexts,
} from './simulator-client.ts'

const region = 'us-east-1'
const ids = models.map((model) => ({ model, id: targetId(model, region) ?? model.id }))

describe.each(Object.keys(handlers) as HandlerName[])('over %s', (handler) => {
  let simulator: Simulator
  let client: ReturnType<typeof sdkClient>

  beforeAll(async () => {
    simulator = await startSimulator({ region })
    client = sdkClient(simulator.url, region, handler)
  })
  afterAll(async () => {
    client.destroy()
    await simulator.close()
  })

  it.each(ids.filter(({ model }) => isInvoked(model)))(
    '$model.id gives the same answer whole and in pieces',
    async ({ model, id }) => {
      const body = minimalBody(model, 'What is a dystopia?')
      const whole = await invokeWhole(client, id, body)
      const text = wholeTexts[familyName(model)]?.(whole)
      expect(text).toContain(`[simulated ${model.id}] You asked: "What is a dystopia?".`)
      expect(simulator.requests.at(-1)).toMatchObject({
        operation: 'InvokeModel',
        modelId: id,
        body,
        httpVersion: handler === 'HTTP/2' ? '2.0' : '1.1',
      })
      const wholeBill = simulator.billed.at(-1)
      if (!model.accepts.streaming) {
        const refused = invokeStream(client, id, body)
        await expect(refused).rejects.toThrow('The model is unsupported for streaming.')
        return
      }
      const chunks = await invokeStream(client, id, body)
      const told = chunks.map((chunk) => chunkTexts[familyName(model)]?.(chunk) ?? '')
      expect(told.join('')).toBe(text)
      expect(told.filter((piece) => piece !== '').length).toBeGreaterThan(3)
      const bill = simulator.billed.at(-1)
      expect(bill).toMatchObject({ modelId: id, model: model.id, input: wholeBill?.input })
      expect(bill?.output).toBe(wholeBill?.output)
      const metrics = { inputTokenCount: bill?.input, outputTokenCount: bill?.output }
      expect(chunks.at(-1)?.['amazon-bedrock-invocationMetrics']).toMatchObject(metrics)
    },
  )

  it.each(ids)('$model.id converses, whole and in pieces', async ({ model, id }) => {
    const body = { messages: [{ role: 'user', content: [{ text: 'What is a dystopia?' }] }] }
    const whole = await converseWhole(client, id, body)
    const text = whole.output?.message?.content?.map((block) => block.text ?? '').join('')
    expect(text).toContain(`[simulated ${model.id}] You asked: "What is a dystopia?".`)
    const bill = simulator.billed.at(-1)
    expect(bill).toMatchObject({ modelId: id, model: model.id })
    const counts = { inputTokens: bill?.input, outputTokens: bill?.output }
    expect(whole).toMatchObject({ stopReason: 'end_turn', usage: counts })
    if (!model.accepts.streaming) {
      const refused = converseStream(client, id, body)
      await expect(refused).rejects.toThrow('The model is unsupported for streaming.')
      return
    }
    const events = await converseStream(client, id, body)
    const told = events.map((event) => event.contentBlockDelta?.delta?.text ?? '')
    expect(told.join('')).toBe(text)
    expect(events[0]).toEqual({ messageStart: { role: 'assistant' } })
    expect(events.at(-2)).toEqual({ messageStop: { stopReason: 'end_turn' } })
    expect(events.at(-1)?.metadata?.usage).toEqual(whole.usage)
    expect(simulator.billed.at(-1)?.output).toBe(bill?.output)
  })
})

describe('what a request may name', () => {
  const sonnet = 'anthropic.claude-sonnet-5-5'
  const invalid = 'The provided model identifier is invalid.'
  const refused = {
    'an unknown model': ['us-east-1', 'anthropic.claude-99', invalid],
    'an unknown profile': ['us-east-1', `mars.${sonnet}`, invalid],
    'a profile of another geography': ['us-east-1', `eu.${sonnet}`, invalid],
    'a profile the model has not': ['ap-northeast-1', `jp.${sonnet}`, invalid],
    'an ARN of another region': [
      'us-east-1',
      `arn:aws:bedrock:us-west-2:123456789012:inference-profile/us.${sonnet}`,
      invalid,
    ],
    'a profile as a foundation model': [
      'us-east-1',
      `arn:aws:bedrock:us-east-1::foundation-model/us.${sonnet}`,
      invalid,
    ],
    'a bare id without on-demand throughput': [
      'us-east-1',
      sonnet,
      `Invocation of model ID ${sonnet} with on-demand throughput isn’t supported. Retry your request with the ID or ARN of an inference profile that contains this model.`,
    ],
    'a bare id in a region without it': [
      'eu-west-1',
      'amazon.nova-lite-v1:0',
      'Invocation of model ID amazon.nova-lite-v1:0 with on-demand throughput isn’t supported. Retry your request with the ID or ARN of an inference profile that contains this model.',
    ],
  } as const

  it.each(Object.entries(refused))('not %s', async (_, [where, id, message]) => {
    const simulator = await startSimulator({ region: where })
    const client = sdkClient(simulator.url, where)
    const failure = await invokeWhole(client, id, {}).catch((error) => error)
    expect(failure).toMatchObject({ name: 'ValidationException', message })
    client.destroy()
    await simulator.close()
  })

  it.each([
    `us.${sonnet}`,
    `global.${sonnet}`,
    `arn:aws:bedrock:us-east-1:123456789012:inference-profile/us.${sonnet}`,
    'arn:aws:bedrock:us-east-1::foundation-model/amazon.nova-lite-v1:0',
  ])('%s', async (id) => {
    const simulator = await startSimulator({ region })
    const client = sdkClient(simulator.url)
    const body = id.endsWith(sonnet)
      ? {
          anthropic_version: 'bedrock-2023-05-31',
          max_tokens: 1,
          messages: [{ role: 'user', content: 'x' }],
        }
      : { messages: [{ role: 'user', content: [{ text: 'x' }] }] }
    await invokeWhole(client, id, body)
    expect(simulator.requests[0]?.modelId).toBe(id)
    client.destroy()
    await simulator.close()
  })

  it('a retired model, unless the simulator is as strict as Bedrock', async () => {
    const simulator = await startSimulator({ region, retired: 'refuse' })
    const client = sdkClient(simulator.url)
    const failure = invokeWhole(client, 'amazon.titan-text-express-v1', { inputText: 'x' })
    await expect(failure).rejects.toMatchObject({
      name: 'ResourceNotFoundException',
      message: expect.stringContaining('has reached the end of its life'),
    })
    client.destroy()
    await simulator.close()
  })
})
