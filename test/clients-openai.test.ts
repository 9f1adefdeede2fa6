/** The unmodified OpenAI SDK against the served template. */
import OpenAI from 'openai'
import { describe, expect, it } from 'vitest'
import { served, whileFailing } from './support/served.ts'

const gateway = served()
const client = (options = {}) =>
  new OpenAI({ baseURL: `${gateway.url()}/v1`, apiKey: gateway.key(), ...options })

const chatModels = [
  'claude',
  'nova',
  'llama',
  'openai.gpt-oss-120b-1:0',
  'mistral.mistral-large-3-675b-instruct',
]
const toolModels = [
  'claude',
  'nova',
  'openai.gpt-oss-120b-1:0',
  'mistral.mistral-large-3-675b-instruct',
]

const weather = {
  type: 'function',
  function: {
    name: 'get_weather',
    description: 'Weather of a city.',
    parameters: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
  },
} as const
const callTool = '[[simulate:tool-call]] Weather in Oslo?'

describe.each(chatModels)('chat with %s', (model) => {
  it('answers with system prompt and history', async () => {
    const completion = await client().chat.completions.create({
      model,
      max_completion_tokens: 300,
      messages: [
        { role: 'system', content: 'Be brief.' },
        { role: 'user', content: 'Hello there' },
        { role: 'assistant', content: 'Hi.' },
        { role: 'user', content: [{ type: 'text', text: 'What is a dystopia?' }] },
      ],
    })
    const [choice] = completion.choices
    expect(choice?.message.content).toContain('What is a dystopia?')
    expect(choice?.message.content).toContain('Be brief.')
    expect(choice?.finish_reason).toBe('stop')
    expect(completion.model).toBe(model)
    const { prompt_tokens = 0, completion_tokens = 0, total_tokens } = completion.usage ?? {}
    expect(prompt_tokens).toBeGreaterThan(0)
    expect(total_tokens).toBe(prompt_tokens + completion_tokens)
  })

  it('streams the same text, then usage', async () => {
    const messages = [{ role: 'user', content: 'What is a dystopia?' }] as const
    const asked = { model, max_tokens: 300, messages: [...messages] }
    const whole = await client().chat.completions.create(asked)
    const stream = await client().chat.completions.create({
      ...asked,
      stream: true,
      stream_options: { include_usage: true },
    })
    let text = ''
    const reasons: unknown[] = []
    let usage: unknown
    for await (const chunk of stream) {
      text += chunk.choices[0]?.delta.content ?? ''
      if (chunk.choices[0]?.finish_reason) reasons.push(chunk.choices[0].finish_reason)
      if (chunk.usage) usage = chunk.usage
    }
    expect(text).toBe(whole.choices[0]?.message.content)
    expect(reasons).toEqual(['stop'])
    expect(usage).toEqual(whole.usage)
  })
})

describe.each(toolModels)('tools with %s', (model) => {
  const asked = { model, max_tokens: 300, tools: [weather] }

  it('are called, and their results are read', async () => {
    const messages = [{ role: 'user' as const, content: callTool }]
    const first = await client().chat.completions.create({ ...asked, messages })
    const message = first.choices[0]?.message
    const call = message?.tool_calls?.[0]
    if (message === undefined || call?.type !== 'function') throw new Error('no tool was called')
    expect(first.choices[0]?.finish_reason).toBe('tool_calls')
    expect(call.function.name).toBe('get_weather')
    expect(JSON.parse(call.function.arguments)).toEqual(expect.any(Object))
    const second = await client().chat.completions.create({
      ...asked,
      messages: [
        ...messages,
        message,
        { role: 'tool', tool_call_id: call.id, content: 'Snow, minus 4' },
      ],
    })
    expect(second.choices[0]?.message.content).toContain('Snow, minus 4')
  })

  it('are called in a stream, arguments in pieces', async () => {
    const stream = client().chat.completions.stream({
      ...asked,
      messages: [{ role: 'user', content: callTool }],
    })
    const final = await stream.finalChatCompletion()
    const call = final.choices[0]?.message.tool_calls?.[0]
    if (call?.type !== 'function') throw new Error('no tool was called')
    expect(call.function.name).toBe('get_weather')
    expect(JSON.parse(call.function.arguments)).toEqual(expect.any(Object))
    expect(final.choices[0]?.finish_reason).toBe('tool_calls')
  })
})

describe('images', () => {
  const png =
    'data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=='
  const look = (url: string) =>
    client().chat.completions.create({
      model: 'claude',
      max_tokens: 200,
      messages: [
        {
          role: 'user',
          content: [
            { type: 'text', text: 'What is this?' },
            { type: 'image_url', image_url: { url } },
          ],
        },
      ],
    })

  it('arrive as data', async () => {
    expect((await look(png)).choices[0]?.message.content).toMatch(/image/i)
  })

  it('are never fetched', async () => {
    await expect(look('http://169.254.169.254/latest')).rejects.toThrow(OpenAI.BadRequestError)
  })
})

describe('structured output', () => {
  it.each(['claude', 'nova', 'mistral.mistral-large-3-675b-instruct'])('from %s', async (model) => {
    const completion = await client().chat.completions.create({
      model,
      max_tokens: 300,
      messages: [{ role: 'user', content: 'A person, please.' }],
      response_format: {
        type: 'json_schema',
        json_schema: {
          name: 'person',
          schema: {
            type: 'object',
            properties: { name: { type: 'string' } },
            required: ['name'],
            additionalProperties: false,
          },
        },
      },
    })
    const content = completion.choices[0]?.message.content ?? ''
    expect(JSON.parse(content)).toEqual({ name: expect.any(String) })
    expect(completion.choices[0]?.finish_reason).toBe('stop')
  })
})

describe('responses', () => {
  it('answer, whole and streamed', async () => {
    const asked = { model: 'claude', input: 'What is a dystopia?', max_output_tokens: 300 }
    const whole = await client().responses.create(asked)
    expect(whole.output_text).toContain('What is a dystopia?')
    expect(whole.status).toBe('completed')
    const stream = client().responses.stream(asked)
    const final = await stream.finalResponse()
    expect(final.output_text).toBe(whole.output_text)
    expect(final.usage?.total_tokens).toBe(whole.usage?.total_tokens)
  })

  it('call tools', async () => {
    const { parameters, name } = weather.function
    const response = await client().responses.create({
      model: 'nova',
      input: callTool,
      tools: [{ type: 'function', name, parameters, strict: false }],
    })
    const call = response.output.find((item) => item.type === 'function_call')
    expect(call?.name).toBe('get_weather')
  })
})

describe('embeddings', () => {
  it.each([
    'amazon.titan-embed-text-v2:0',
    'cohere.embed-multilingual-v3',
    'cohere.embed-v4:0',
    'amazon.nova-2-multimodal-embeddings-v1:0',
  ])('of %s, in order', async (model) => {
    const input = ['one', 'two', 'three']
    const many = await client().embeddings.create({ model, input })
    expect(many.data.map(({ index }) => index)).toEqual([0, 1, 2])
    const [vector] = many.data
    expect(vector?.embedding.length).toBeGreaterThan(100)
    const floats = await client().embeddings.create({
      model,
      input: 'two',
      encoding_format: 'float',
    })
    const [two] = floats.data
    for (const [index, value] of (two?.embedding ?? []).entries()) {
      expect(many.data[1]?.embedding[index]).toBeCloseTo(value, 5)
    }
    expect(many.usage.prompt_tokens).toBeGreaterThan(0)
  })
})

describe('models', () => {
  it('are those the key may use', async () => {
    const ids = []
    for await (const { id } of client().models.list()) ids.push(id)
    expect(ids).toContain('claude')
    expect(ids).toContain('amazon.nova-pro-v1:0')
    const few = client({ apiKey: gateway.local().keys.few })
    expect((await few.models.list()).data.map(({ id }) => id)).toEqual(['nova'])
  })
})

describe('errors raise the SDK’s own classes', () => {
  const ask = (change: object, options = {}) =>
    client({ maxRetries: 0, ...options }).chat.completions.create({
      model: 'nova',
      max_tokens: 20,
      messages: [{ role: 'user', content: 'Hi' }],
      ...change,
    })

  const failing = (fault: string) => whileFailing(gateway, fault, () => ask({}))

  it.each([
    ['400', { messages: [] }, OpenAI.BadRequestError],
    ['404', { model: 'gpt-4' }, OpenAI.NotFoundError],
  ])('%s', async (_, change, errorClass) => {
    await expect(ask(change)).rejects.toThrow(errorClass)
  })

  it('401', async () => {
    await expect(ask({}, { apiKey: 'sk-wrong' })).rejects.toThrow(OpenAI.AuthenticationError)
  })

  it('403', async () => {
    const apiKey = gateway.local().keys.few
    await expect(ask({ model: 'claude' }, { apiKey })).rejects.toThrow(OpenAI.PermissionDeniedError)
  })

  it('429 and 503, from Bedrock', async () => {
    await expect(failing('throttle')).rejects.toThrow(OpenAI.RateLimitError)
    const unavailable = failing('error:503:ServiceUnavailableException')
    await expect(unavailable).rejects.toThrow(OpenAI.InternalServerError)
  })

  it('413, 502 and 504', async () => {
    const messages = [{ role: 'user', content: 'x'.repeat(4_600_000) }]
    await expect(ask({ messages })).rejects.toMatchObject({ status: 413 })
    await expect(failing('html')).rejects.toThrow(OpenAI.InternalServerError)
    const late = failing('error:408:ModelTimeoutException')
    await expect(late).rejects.toMatchObject({ status: 504 })
  })

  it('429 of the gateway’s own quota, which the SDK does not try again', async () => {
    const apiKey = gateway.local().keys.spent
    expect((await ask({}, { apiKey })).object).toBe('chat.completion')
    expect((await ask({}, { apiKey })).object).toBe('chat.completion')
    const [simulator] = Object.values(gateway.local().simulators)
    const before = simulator?.requests.length
    const refused = ask({}, { apiKey, maxRetries: 2 })
    await expect(refused).rejects.toMatchObject({ status: 429, code: 'quota_exceeded' })
    expect(simulator?.requests.length).toBe(before)
  })

  it('in mid-stream', async () => {
    const [simulator] = Object.values(gateway.local().simulators)
    simulator?.fault('exception:modelStreamErrorException:2', { times: 1 })
    const read = async () => {
      const stream = await client({ maxRetries: 0 }).chat.completions.create({
        model: 'nova',
        max_tokens: 200,
        stream: true,
        messages: [{ role: 'user', content: 'Hi' }],
      })
      for await (const chunk of stream) expect(chunk.choices[0]?.finish_reason ?? null).toBeNull()
    }
    await expect(read()).rejects.toThrow(OpenAI.APIError)
  })
})
