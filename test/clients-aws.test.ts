/** The unmodified AWS SDK, its endpoint pointed at the served template, over HTTP/2 and HTTP/1.1. */
import {
  AccessDeniedException,
  BedrockRuntimeClient,
  type ContentBlock,
  ConverseCommand,
  ConverseStreamCommand,
  InvokeModelCommand,
  InvokeModelWithResponseStreamCommand,
  ModelErrorException,
  ModelTimeoutException,
  ResourceNotFoundException,
  ServiceUnavailableException,
  ThrottlingException,
  ValidationException,
} from '@aws-sdk/client-bedrock-runtime'
import { NodeHttpHandler } from '@smithy/node-http-handler'
import { afterEach, describe, expect, it } from 'vitest'
import { served, whileFailing } from './support/served.ts'

const gateway = served()
const open: BedrockRuntimeClient[] = []
afterEach(() => {
  for (const client of open.splice(0)) client.destroy()
})

type Protocol = 'HTTP/2' | 'HTTP/1.1'

/** The key as a bearer token, as AWS_BEARER_TOKEN_BEDROCK would have it sent. */
function client(protocol: Protocol = 'HTTP/2', key = gateway.key()): BedrockRuntimeClient {
  const one = new BedrockRuntimeClient({
    region: 'us-east-1',
    endpoint: gateway.url(),
    maxAttempts: 1,
    token: { token: key },
    authSchemePreference: ['httpBearerAuth'],
    ...(protocol === 'HTTP/1.1' && { requestHandler: new NodeHttpHandler() }),
  })
  open.push(one)
  return one
}

/** A signature of the caller's own, beside the key. */
function signedClient(): BedrockRuntimeClient {
  const one = new BedrockRuntimeClient({
    region: 'us-east-1',
    endpoint: gateway.url(),
    maxAttempts: 1,
    credentials: { accessKeyId: 'AKIATEST', secretAccessKey: 'secret' },
  })
  one.middlewareStack.add(
    (next) => async (args) => {
      const { headers } = args.request as { headers: Record<string, string> }
      headers['x-api-key'] = gateway.key()
      return next(args)
    },
    { step: 'build', name: 'key' },
  )
  open.push(one)
  return one
}

const haiku = 'us.anthropic.claude-haiku-4-5-20251001-v1:0'
const text = 'What is a dystopia?'
const claudeBody = JSON.stringify({
  anthropic_version: 'bedrock-2023-05-31',
  max_tokens: 100,
  messages: [{ role: 'user', content: text }],
})

describe.each<Protocol>(['HTTP/2', 'HTTP/1.1'])('over %s', (protocol) => {
  it('invokes, and the bytes go on and come back as they are', async () => {
    const command = { modelId: haiku, contentType: 'application/json', body: claudeBody }
    const output = await client(protocol).send(new InvokeModelCommand(command))
    const answer = JSON.parse(output.body.transformToString())
    expect(JSON.stringify(answer)).toContain(text)
    expect(answer).toMatchObject({ type: 'message', role: 'assistant' })
    const [simulator] = Object.values(gateway.local().simulators)
    expect(simulator?.requests.at(-1)?.body).toEqual(JSON.parse(claudeBody))
  })

  it('invokes as a stream', async () => {
    const command = { modelId: haiku, contentType: 'application/json', body: claudeBody }
    const output = await client(protocol).send(new InvokeModelWithResponseStreamCommand(command))
    const types = []
    for await (const { chunk } of output.body ?? []) {
      types.push(JSON.parse(Buffer.from(chunk?.bytes ?? []).toString()).type)
    }
    expect(types.at(0)).toBe('message_start')
    expect(types.at(-1)).toBe('message_stop')
  })

  it.each(['claude', 'nova', 'llama', 'mistral.mistral-large-3-675b-instruct'])(
    'converses with %s, whole and as a stream',
    async (modelId) => {
      const input = { modelId, messages: [{ role: 'user' as const, content: [{ text }] }] }
      const whole = await client(protocol).send(new ConverseCommand(input))
      const said = whole.output?.message?.content?.map((block) => block.text ?? '').join('')
      expect(said).toContain(text)
      expect(whole.stopReason).toBe('end_turn')
      const stream = await client(protocol).send(new ConverseStreamCommand(input))
      let streamed = ''
      let usage: unknown
      for await (const event of stream.stream ?? []) {
        streamed += event.contentBlockDelta?.delta?.text ?? ''
        usage = event.metadata?.usage ?? usage
      }
      expect(streamed).toBe(said)
      expect(usage).toEqual(whole.usage)
    },
  )
})

describe('converse', () => {
  const user = (content: ContentBlock[]) => ({ role: 'user' as const, content })
  const toolConfig = {
    tools: [
      {
        toolSpec: {
          name: 'get_weather',
          inputSchema: { json: { type: 'object', properties: { city: { type: 'string' } } } },
        },
      },
    ],
  }

  it.each(['claude', 'nova'])(
    'carries system, history, tools and images to %s',
    async (modelId) => {
      const question = user([{ text: '[[simulate:tool-call]] Weather in Oslo?' }])
      const system = [{ text: 'Be brief.' }]
      const first = await client().send(
        new ConverseCommand({ modelId, system, toolConfig, messages: [question] }),
      )
      const message = first.output?.message
      const call = message?.content?.find(({ toolUse }) => toolUse !== undefined)?.toolUse
      expect(first.stopReason).toBe('tool_use')
      expect(call?.name).toBe('get_weather')
      if (message === undefined) throw new Error('nothing was said')
      const result = { toolUseId: call?.toolUseId, content: [{ text: 'Snow, minus 4' }] }
      const second = await client().send(
        new ConverseCommand({
          modelId,
          system,
          toolConfig,
          messages: [question, message, user([{ toolResult: result }])],
        }),
      )
      expect(JSON.stringify(second.output)).toContain('Snow, minus 4')
      const bytes = Buffer.from(
        'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
        'base64',
      )
      const image = user([
        { image: { format: 'png', source: { bytes } } },
        { text: 'What is this?' },
      ])
      const seen = await client().send(new ConverseCommand({ modelId, messages: [image] }))
      expect(JSON.stringify(seen.output)).toMatch(/image\/png/)
    },
  )

  it('streams a tool’s input in pieces', async () => {
    const messages = [user([{ text: '[[simulate:tool-call]] Weather in Oslo?' }])]
    const { stream } = await client().send(
      new ConverseStreamCommand({ modelId: 'nova', toolConfig, messages }),
    )
    let input = ''
    for await (const { contentBlockDelta } of stream ?? []) {
      input += contentBlockDelta?.delta?.toolUse?.input ?? ''
    }
    expect(JSON.parse(input)).toEqual(expect.any(Object))
  })

  it('holds an answer to a schema', async () => {
    const schema = JSON.stringify({
      type: 'object',
      properties: { name: { type: 'string' } },
      required: ['name'],
      additionalProperties: false,
    })
    const output = await client().send(
      new ConverseCommand({
        modelId: 'claude',
        messages: [user([{ text: 'A person, please.' }])],
        outputConfig: {
          textFormat: {
            type: 'json_schema',
            structure: { jsonSchema: { name: 'person', schema } },
          },
        },
      }),
    )
    const said = output.output?.message?.content?.[0]?.text ?? ''
    expect(JSON.parse(said)).toEqual({ name: expect.any(String) })
  })

  it('embeds by invoke', async () => {
    const body = JSON.stringify({ inputText: 'one', dimensions: 256 })
    const modelId = 'amazon.titan-embed-text-v2:0'
    const output = await client().send(
      new InvokeModelCommand({ modelId, contentType: 'application/json', body }),
    )
    expect(JSON.parse(output.body.transformToString()).embedding).toHaveLength(256)
  })
})

it('a prompt for Jurassic-2 goes through as it is', async () => {
  const body = JSON.stringify({ prompt: '大谷翔平について教えて' })
  const command = { modelId: 'ai21.j2-ultra-v1', contentType: 'application/json', body }
  const output = await client('HTTP/1.1').send(new InvokeModelCommand(command))
  const { completions } = JSON.parse(output.body.transformToString())
  expect(completions[0].data.text).toContain('大谷翔平について教えて')
})

describe('a model', () => {
  it.each([
    'claude',
    'anthropic.claude-haiku-4-5-20251001-v1:0',
    haiku,
    `arn:aws:bedrock:us-east-1:123456789012:inference-profile/${haiku}`,
  ])('may be named %s', async (modelId) => {
    const command = { modelId, contentType: 'application/json', body: claudeBody }
    const output = await client().send(new InvokeModelCommand(command))
    expect(output.$metadata.httpStatusCode).toBe(200)
  })
})

it('a client that is told only by its environment finds the gateway', async () => {
  process.env.AWS_BEARER_TOKEN_BEDROCK = gateway.key()
  process.env.AWS_ENDPOINT_URL_BEDROCK_RUNTIME = gateway.url()
  try {
    const told = new BedrockRuntimeClient({ region: 'us-east-1' })
    open.push(told)
    const messages = [{ role: 'user' as const, content: [{ text }] }]
    const { stopReason } = await told.send(new ConverseCommand({ modelId: 'claude', messages }))
    expect(stopReason).toBe('end_turn')
  } finally {
    delete process.env.AWS_BEARER_TOKEN_BEDROCK
    delete process.env.AWS_ENDPOINT_URL_BEDROCK_RUNTIME
  }
})

it('a signature beside the key is not looked at', async () => {
  const command = { modelId: 'claude', contentType: 'application/json', body: claudeBody }
  const output = await signedClient().send(new InvokeModelCommand(command))
  expect(output.$metadata.httpStatusCode).toBe(200)
})

describe('errors raise the SDK’s own classes', () => {
  const invoke = (modelId: string, body = claudeBody, key?: string) =>
    client('HTTP/1.1', key).send(
      new InvokeModelCommand({ modelId, contentType: 'application/json', body }),
    )

  it('each its own', async () => {
    await expect(
      invoke('claude', '{"anthropic_version":"bedrock-2023-05-31","messages":[]}'),
    ).rejects.toThrow(ValidationException)
    await expect(invoke('no.such-model')).rejects.toThrow(ResourceNotFoundException)
    const few = gateway.local().keys.few
    await expect(invoke('claude', claudeBody, few)).rejects.toThrow(AccessDeniedException)
    for (const [fault, raised] of [
      ['throttle', ThrottlingException],
      ['error:503:ServiceUnavailableException', ServiceUnavailableException],
      ['error:408:ModelTimeoutException', ModelTimeoutException],
      ['error:424:ModelErrorException', ModelErrorException],
    ] as const) {
      const failed = whileFailing(gateway, fault, () => invoke('claude'))
      await expect(failed).rejects.toThrow(raised)
    }
    await expect(invoke('claude', claudeBody, 'wrong')).rejects.toMatchObject({
      $metadata: { httpStatusCode: 401 },
    })
  })

  it('in a stream', async () => {
    const [simulator] = Object.values(gateway.local().simulators)
    simulator?.fault('exception:throttlingException:4', { times: 1 })
    const command = { modelId: haiku, contentType: 'application/json', body: claudeBody }
    const output = await client().send(new InvokeModelWithResponseStreamCommand(command))
    const read = async () => {
      for await (const event of output.body ?? []) expect(event.chunk).toBeDefined()
    }
    await expect(read()).rejects.toThrow(ThrottlingException)
  })
})
