/** What OpenAI’s own SDK makes of the Responses dialect’s answers, whole and streamed. */
import OpenAI from 'openai'
import { describe, expect, it } from 'vitest'
import { TollgateError } from '../lambda/core/errors.ts'
import { type Reply, type ReplyEvent, replay } from '../lambda/core/reply.ts'
import { openaiResponses } from '../lambda/dialects/openai-responses.ts'
import { facts, post } from './support/openai-responses.ts'

const reply: Reply = {
  content: [
    { type: 'thinking', text: 'Hm.', signature: 'EqQB' },
    { type: 'redacted-thinking', data: 'Erg=' },
    { type: 'text', text: 'It is ' },
    { type: 'text', text: 'noon.' },
    { type: 'tool-call', id: 'c1', name: 'clock', input: {} },
    { type: 'tool-call', id: 'c2', name: 'patch', input: { input: 'x' } },
  ],
  stop: { reason: 'tool-calls' },
  usage: { input: 3, cacheRead: 2, cacheWrite5m: 0, cacheWrite1h: 0, output: 4 },
}

const asked = {
  model: 'claude',
  input: 'What time is it?',
  tools: [
    { type: 'function', name: 'clock', parameters: null, strict: false },
    { type: 'custom', name: 'patch' },
  ],
} as const satisfies { tools: readonly OpenAI.Responses.Tool[]; [field: string]: unknown }

const question = { ...asked, tools: [...asked.tools] }

/** A client whose requests the dialect answers with these events. */
function clientTold(events: readonly ReplyEvent[]) {
  const fetch = async (_: unknown, init?: { body?: unknown }) => {
    const body: unknown = JSON.parse(String(init?.body))
    const request = openaiResponses.parse(post(body), () => {})
    if (!request.stream) return Response.json(JSON.parse(whole(body)))
    const frame = openaiResponses.openFrames(facts, post(body))
    const frames = [openaiResponses.ping, ...events.map((event) => String(frame(event)))]
    return new Response(frames.join(''), {
      headers: { 'content-type': openaiResponses.streamType },
    })
  }
  return new OpenAI({ apiKey: 'key', baseURL: 'http://tollgate/v1', fetch, maxRetries: 0 })
}

const whole = (body: unknown) => openaiResponses.format(reply, facts, post(body)).body

const events: ReplyEvent[] = []
for await (const event of replay(reply)) events.push(event)

describe('OpenAI’s SDK', () => {
  it('reads a whole answer', async () => {
    const response = await clientTold(events).responses.create(question)
    expect(response.output_text).toBe('It is noon.')
    expect(response.output.map(({ type }) => type)).toEqual([
      'reasoning',
      'reasoning',
      'message',
      'function_call',
      'custom_tool_call',
    ])
    expect(response.usage?.total_tokens).toBe(9)
  })

  it('puts a stream together to the same answer', async () => {
    const client = clientTold(events)
    const stream = client.responses.stream(question)
    let text = ''
    stream.on('response.output_text.delta', ({ delta }) => {
      text += delta
    })
    const streamed = await stream.finalResponse()
    expect(text).toBe('It is noon.')
    expect(streamed.output_text).toBe('It is noon.')
    const { output } = await client.responses.create(question)
    expect(JSON.parse(JSON.stringify(streamed.output))).toMatchObject(
      JSON.parse(JSON.stringify(output)),
    )
  })

  it('sends an answer back as it came, and its thinking is signed still', async () => {
    const { output } = await clientTold(events).responses.create(question)
    const input = [...output, { role: 'user', content: 'Go on.' }]
    const sent = JSON.parse(JSON.stringify({ ...question, input }))
    const { messages } = openaiResponses.parse(post(sent), () => {})
    expect(messages[0]).toEqual({ role: 'assistant', content: reply.content })
  })

  it('raises the error of a stream that breaks', async () => {
    const error = new TollgateError('upstream_error', 'It broke.')
    const client = clientTold([...events.slice(0, 3), { type: 'reply-error', error }])
    const stream = await client.responses.create({ ...question, stream: true })
    const read = async () => {
      for await (const _ of stream);
    }
    await expect(read()).rejects.toMatchObject({ code: 'upstream_error', message: 'It broke.' })
  })
})
