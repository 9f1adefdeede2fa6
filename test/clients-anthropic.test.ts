/** The unmodified Anthropic SDK against the served template. */
import Anthropic from '@anthropic-ai/sdk'
import { describe, expect, it } from 'vitest'
import { served, whileFailing } from './support/served.ts'

const gateway = served()
const client = (options = {}) =>
  new Anthropic({ baseURL: gateway.url(), apiKey: gateway.key(), ...options })

const models = ['claude', 'anthropic.claude-opus-5-5', 'nova', 'openai.gpt-oss-120b-1:0']
const weather = {
  name: 'get_weather',
  description: 'Weather of a city.',
  input_schema: { type: 'object' as const, properties: { city: { type: 'string' } } },
}
const callTool = { role: 'user' as const, content: '[[simulate:tool-call]] Weather in Oslo?' }

describe.each(models)('messages with %s', (model) => {
  const asked = {
    model,
    max_tokens: 300,
    system: 'Be brief.',
    messages: [
      { role: 'user' as const, content: 'Hello there' },
      { role: 'assistant' as const, content: 'Hi.' },
      { role: 'user' as const, content: 'What is a dystopia?' },
    ],
  }

  it('are answered', async () => {
    const message = await client().messages.create(asked)
    const text = message.content.map((block) => (block.type === 'text' ? block.text : '')).join('')
    expect(text).toContain('What is a dystopia?')
    expect(text).toContain('Be brief.')
    expect(message).toMatchObject({ type: 'message', role: 'assistant', stop_reason: 'end_turn' })
    expect(message.usage.input_tokens).toBeGreaterThan(0)
  })

  it('stream to the same message', async () => {
    const whole = await client().messages.create(asked)
    const final = await client().messages.stream(asked).finalMessage()
    expect(final.content).toEqual(whole.content)
    expect(final.stop_reason).toBe(whole.stop_reason)
    expect(final.usage.output_tokens).toBe(whole.usage.output_tokens)
    expect(final.usage.input_tokens).toBe(whole.usage.input_tokens)
  })

  it('call tools and read their results', async () => {
    const tools = { model, max_tokens: 300, tools: [weather] }
    const first = await client()
      .messages.stream({ ...tools, messages: [callTool] })
      .finalMessage()
    const call = first.content.find((block) => block.type === 'tool_use')
    if (call === undefined) throw new Error('no tool was called')
    expect(first.stop_reason).toBe('tool_use')
    expect(call).toMatchObject({ name: 'get_weather', input: expect.any(Object) })
    const second = await client().messages.create({
      ...tools,
      messages: [
        callTool,
        { role: 'assistant', content: first.content },
        {
          role: 'user',
          content: [{ type: 'tool_result', tool_use_id: call.id, content: 'Snow, minus 4' }],
        },
      ],
    })
    expect(JSON.stringify(second.content)).toContain('Snow, minus 4')
    const whole = await client().messages.create({ ...tools, messages: [callTool] })
    expect(whole.content.map(({ type }) => type)).toEqual(first.content.map(({ type }) => type))
    expect(whole.stop_reason).toBe('tool_use')
  })
})

describe('thinking', () => {
  it('comes signed, and goes back', async () => {
    const question = { role: 'user' as const, content: '[[simulate:thinking]] Why?' }
    const asked = {
      model: 'claude',
      max_tokens: 2000,
      thinking: { type: 'enabled' as const, budget_tokens: 1024 },
    }
    const first = await client()
      .messages.stream({ ...asked, messages: [question] })
      .finalMessage()
    const [thinking] = first.content
    expect(thinking).toMatchObject({ type: 'thinking', signature: expect.stringMatching(/./) })
    const second = await client().messages.create({
      ...asked,
      messages: [
        question,
        { role: 'assistant', content: first.content },
        { role: 'user', content: 'And?' },
      ],
    })
    expect(second.stop_reason).toBe('end_turn')
  })
})

describe('images and documents', () => {
  const png =
    'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=='
  const look = (source: Anthropic.ImageBlockParam['source']) =>
    client({ maxRetries: 0 }).messages.create({
      model: 'claude',
      max_tokens: 200,
      messages: [
        {
          role: 'user',
          content: [
            { type: 'image', source },
            { type: 'text', text: 'What is this?' },
          ],
        },
      ],
    })

  it('arrive as data', async () => {
    const message = await look({ type: 'base64', media_type: 'image/png', data: png })
    expect(JSON.stringify(message.content)).toMatch(/image\/png/)
  })

  it('are never fetched', async () => {
    const fetched = look({ type: 'url', url: 'http://169.254.169.254/latest' })
    await expect(fetched).rejects.toThrow(/never fetches|as data|base64/)
  })
})

describe('structured output', () => {
  it('is JSON of the schema', async () => {
    const message = await client().messages.create({
      model: 'claude',
      max_tokens: 300,
      messages: [{ role: 'user', content: 'A person, please.' }],
      output_config: {
        format: {
          type: 'json_schema',
          schema: {
            type: 'object',
            properties: { name: { type: 'string' } },
            required: ['name'],
            additionalProperties: false,
          },
        },
      },
    })
    const [block] = message.content
    expect(JSON.parse(block?.type === 'text' ? block.text : '')).toEqual({
      name: expect.any(String),
    })
  })
})

describe('counting', () => {
  it('tells what the call would be billed', async () => {
    const asked = { model: 'claude', messages: [{ role: 'user' as const, content: 'How long?' }] }
    const { input_tokens } = await client().messages.countTokens(asked)
    const { usage } = await client().messages.create({ ...asked, max_tokens: 50 })
    expect(input_tokens).toBe(usage.input_tokens)
  })
})

describe('errors raise the SDK’s own classes', () => {
  const ask = (change: object, options = {}) =>
    client({ maxRetries: 0, ...options }).messages.create({
      model: 'claude',
      max_tokens: 20,
      messages: [{ role: 'user', content: 'Hi' }],
      ...change,
    })

  it('400, 401, 403, 404, 429', async () => {
    await expect(ask({ messages: [] })).rejects.toThrow(Anthropic.BadRequestError)
    await expect(ask({}, { apiKey: 'wrong' })).rejects.toThrow(Anthropic.AuthenticationError)
    const apiKey = gateway.local().keys.few
    await expect(ask({}, { apiKey })).rejects.toThrow(Anthropic.PermissionDeniedError)
    await expect(ask({ model: 'claude-0' })).rejects.toThrow(Anthropic.NotFoundError)
    const throttled = whileFailing(gateway, 'throttle', () => ask({}))
    await expect(throttled).rejects.toThrow(Anthropic.RateLimitError)
  })

  it('413, 5xx', async () => {
    const messages = [{ role: 'user' as const, content: 'x'.repeat(4_600_000) }]
    await expect(ask({ messages })).rejects.toMatchObject({ status: 413 })
    for (const fault of [
      'error:500:InternalServerException',
      'error:424:ModelErrorException',
      'cut:0',
    ]) {
      const failed = whileFailing(gateway, fault, () => ask({}))
      await expect(failed).rejects.toThrow(Anthropic.InternalServerError)
    }
  })

  it('in mid-stream', async () => {
    const [simulator] = Object.values(gateway.local().simulators)
    simulator?.fault('exception:modelStreamErrorException:8', { times: 1 })
    const stream = client({ maxRetries: 0 }).messages.stream({
      model: 'claude',
      max_tokens: 200,
      messages: [{ role: 'user', content: 'Hi' }],
    })
    await expect(stream.finalMessage()).rejects.toThrow(Anthropic.APIError)
  })
})
