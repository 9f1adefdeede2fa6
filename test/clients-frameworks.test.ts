/** The Vercel AI SDK and LangChain, unmodified, against the served template. */
import { createAmazonBedrock } from '@ai-sdk/amazon-bedrock'
import { createAnthropic } from '@ai-sdk/anthropic'
import { createOpenAICompatible } from '@ai-sdk/openai-compatible'
import { ChatOpenAI, OpenAIEmbeddings } from '@langchain/openai'
import {
  embedMany,
  generateText,
  jsonSchema,
  type LanguageModel,
  Output,
  streamText,
  type ToolSet,
  tool,
} from 'ai'
import { describe, expect, it } from 'vitest'
import { served, whileFailing } from './support/served.ts'

const gateway = served()
const png =
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=='

const openai = (apiKey = gateway.key()) =>
  createOpenAICompatible({
    name: 'tollgate',
    baseURL: `${gateway.url()}/v1`,
    apiKey,
    includeUsage: true,
    supportsStructuredOutputs: true,
  })
const anthropic = (apiKey = gateway.key()) =>
  createAnthropic({ baseURL: `${gateway.url()}/v1`, apiKey })
const bedrock = (apiKey = gateway.key()) =>
  createAmazonBedrock({ region: 'us-east-1', baseURL: gateway.url(), apiKey })

const providers: readonly (readonly [string, (model: string, key: string) => LanguageModel])[] = [
  ['openai-compatible', (model, key) => openai(key)(model)],
  ['anthropic', (model, key) => anthropic(key)(model)],
  ['amazon-bedrock', (model, key) => bedrock(key)(model)],
]

/** What Bedrock may fail with, and the status a client is told. */
const upstreamErrors: readonly (readonly [fault: string, status: number])[] = [
  ['throttle', 429],
  ['html', 502],
  ['error:503:ServiceUnavailableException', 503],
  ['error:408:ModelTimeoutException', 504],
]

const models: readonly (readonly [string, () => LanguageModel])[] = [
  ['openai-compatible', () => openai()('nova')],
  ['anthropic', () => anthropic()('claude')],
  ['amazon-bedrock', () => bedrock()('us.anthropic.claude-haiku-4-5-20251001-v1:0')],
]

/** `exactOptionalPropertyTypes` is stricter than the SDK's own types. */
const tools = {
  weather: tool({
    description: 'Weather of a city.',
    inputSchema: jsonSchema<{ city?: string }>({
      type: 'object',
      properties: { city: { type: 'string' } },
    }),
  }),
} as unknown as ToolSet

describe.each(models)('the AI SDK through %s', (_, model) => {
  const asked = () => ({ model: model(), maxOutputTokens: 300, maxRetries: 0 })

  it('generates text', async () => {
    const { text, usage, finishReason } = await generateText({
      ...asked(),
      system: 'Be brief.',
      prompt: 'What is a dystopia?',
    })
    expect(text).toContain('What is a dystopia?')
    expect(text).toContain('Be brief.')
    expect(finishReason).toBe('stop')
    expect(usage.inputTokens).toBeGreaterThan(0)
  })

  it('streams text', async () => {
    const result = streamText({ ...asked(), prompt: 'What is a dystopia?' })
    let text = ''
    for await (const part of result.textStream) text += part
    expect(text).toContain('What is a dystopia?')
    expect((await result.usage).outputTokens).toBeGreaterThan(0)
  })

  it('calls tools', async () => {
    const { toolCalls } = await generateText({
      ...asked(),
      prompt: '[[simulate:tool-call]] Weather in Oslo?',
      tools,
    })
    expect(toolCalls.map(({ toolName }) => toolName)).toEqual(['weather'])
  })

  it('calls tools in a stream', async () => {
    const prompt = '[[simulate:tool-call]] Weather in Oslo?'
    const result = streamText({ ...asked(), prompt, tools })
    const calls = await result.toolCalls
    expect(calls.map(({ toolName }) => toolName)).toEqual(['weather'])
    expect(await result.finishReason).toBe('tool-calls')
  })

  it('reads history and images', async () => {
    const { text } = await generateText({
      ...asked(),
      messages: [
        { role: 'user', content: 'Hello there' },
        { role: 'assistant', content: 'Hi.' },
        {
          role: 'user',
          content: [
            { type: 'text', text: 'What is this?' },
            { type: 'image', image: Buffer.from(png, 'base64'), mediaType: 'image/png' },
          ],
        },
      ],
    })
    expect(text).toMatch(/image\/png/)
    expect(text).toMatch(/Turns before: 2/)
  })

  it('holds an answer to a schema', async () => {
    const schema = jsonSchema<{ name: string }>({
      type: 'object',
      properties: { name: { type: 'string' } },
      required: ['name'],
      additionalProperties: false,
    })
    const { output } = await generateText({
      ...asked(),
      prompt: 'A person, please.',
      output: Output.object({ schema }),
    })
    expect(output).toEqual({ name: expect.any(String) })
  })

  it.each(upstreamErrors)('is told of %s as a %i', async (fault, statusCode) => {
    const ask = () => generateText({ ...asked(), prompt: 'Hi' })
    const failed = whileFailing(gateway, fault, ask)
    await expect(failed).rejects.toMatchObject({ statusCode })
  })

  it('is told of what it asked wrongly, and of what is too large', async () => {
    const wrong = { ...asked(), maxOutputTokens: 999_999_999, prompt: 'Hi' }
    await expect(generateText(wrong)).rejects.toMatchObject({ statusCode: 400 })
    const prompt = 'x'.repeat(4_600_000)
    await expect(generateText({ ...asked(), prompt })).rejects.toMatchObject({ statusCode: 413 })
  })
})

describe.each(providers)('the AI SDK through %s is told', (_, modelOf) => {
  const failed = (model: string, key: string) =>
    expect(
      generateText({
        model: modelOf(model, key),
        maxOutputTokens: 20,
        maxRetries: 0,
        prompt: 'Hi',
      }),
    ).rejects

  it('of an unknown key, a model it may not use, and one that is not there', async () => {
    await failed('claude', 'wrong').toMatchObject({ statusCode: 401 })
    await failed('claude', gateway.local().keys.few ?? '').toMatchObject({ statusCode: 403 })
    await failed('no.such-model', gateway.key()).toMatchObject({ statusCode: 404 })
  })
})

it('the AI SDK embeds', async () => {
  const { embeddings } = await embedMany({
    model: openai().embeddingModel('amazon.titan-embed-text-v2:0'),
    values: ['one', 'two'],
  })
  expect(embeddings).toHaveLength(2)
})

describe('LangChain', () => {
  const chat = (change = {}) =>
    new ChatOpenAI({
      model: 'nova',
      apiKey: gateway.key(),
      maxTokens: 300,
      maxRetries: 0,
      configuration: { baseURL: `${gateway.url()}/v1` },
      ...change,
    })

  it('invokes and streams', async () => {
    const answer = await chat().invoke([
      ['system', 'Be brief.'],
      ['human', 'What is a dystopia?'],
    ])
    expect(answer.content).toContain('What is a dystopia?')
    let text = ''
    for await (const chunk of await chat().stream('What is a dystopia?')) text += chunk.content
    expect(text).toContain('What is a dystopia?')
  })

  it('reads history and images', async () => {
    const url = `data:image/png;base64,${png}`
    const answer = await chat().invoke([
      ['human', 'Hello there'],
      ['ai', 'Hi.'],
      [
        'human',
        [
          { type: 'text', text: 'What is this?' },
          { type: 'image_url', image_url: { url } },
        ],
      ],
    ])
    expect(answer.content).toMatch(/image\/png/)
    expect(answer.content).toMatch(/Turns before: 2/)
  })

  it('calls tools in a stream', async () => {
    const bound = chat().bindTools([
      {
        type: 'function',
        function: { name: 'weather', parameters: { type: 'object', properties: {} } },
      },
    ])
    const names: string[] = []
    for await (const chunk of await bound.stream('[[simulate:tool-call]] Weather?')) {
      for (const { name } of chunk.tool_call_chunks ?? []) if (name) names.push(name)
    }
    expect(names).toEqual(['weather'])
  })

  it('calls tools, and holds an answer to a schema', async () => {
    const bound = chat().bindTools([
      {
        type: 'function',
        function: { name: 'weather', parameters: { type: 'object', properties: {} } },
      },
    ])
    const called = await bound.invoke('[[simulate:tool-call]] Weather in Oslo?')
    expect(called.tool_calls?.map(({ name }) => name)).toEqual(['weather'])
    const schema = {
      title: 'person',
      type: 'object',
      properties: { name: { type: 'string' } },
      required: ['name'],
      additionalProperties: false,
    }
    const structured = chat().withStructuredOutput(schema, { method: 'jsonSchema' })
    expect(await structured.invoke('A person, please.')).toEqual({ name: expect.any(String) })
  })

  it.each(upstreamErrors)('is told of %s as a %i', async (fault, status) => {
    const failed = whileFailing(gateway, fault, () => chat().invoke('Hi'))
    await expect(failed).rejects.toMatchObject({ status })
  })

  it('is told of keys, models and sizes that will not do', async () => {
    await expect(chat({ apiKey: 'wrong' }).invoke('Hi')).rejects.toMatchObject({ status: 401 })
    const few = chat({ apiKey: gateway.local().keys.few ?? '', model: 'claude' })
    await expect(few.invoke('Hi')).rejects.toMatchObject({ status: 403 })
    await expect(chat({ maxTokens: 999_999_999 }).invoke('Hi')).rejects.toMatchObject({
      status: 400,
    })
    await expect(chat({ model: 'none' }).invoke('Hi')).rejects.toMatchObject({ status: 404 })
    const long = 'x'.repeat(4_600_000)
    await expect(chat().invoke(long)).rejects.toMatchObject({ status: 413 })
  })

  it('embeds', async () => {
    const embeddings = new OpenAIEmbeddings({
      model: 'amazon.titan-embed-text-v2:0',
      apiKey: gateway.key(),
      configuration: { baseURL: `${gateway.url()}/v1` },
    })
    expect(await embeddings.embedDocuments(['one', 'two'])).toHaveLength(2)
  })
})
