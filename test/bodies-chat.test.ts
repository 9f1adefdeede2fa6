/** What Converse, chat completions and forced answers do with what has no place of its own. */
import { describe, expect, it } from 'vitest'
import type { Message } from '../lambda/core/conversation.ts'
import { TollgateError } from '../lambda/core/errors.ts'
import type { ChatRequest } from '../lambda/core/request.ts'
import { modelById } from '../lambda/models/index.ts'
import { bodyById, built, collected, eventsOf, modelOf } from './support/bodies.ts'

const user = (text: string): Message => ({ role: 'user', content: [{ type: 'text', text }] })
const clock = { name: 'clock', input: { type: 'object' } }
const open = { type: 'json-schema', name: 'x', schema: { type: 'object' } } as const
const closed = { ...open, schema: { type: 'object', additionalProperties: false } }

const ask = (more: Partial<ChatRequest> = {}): ChatRequest => ({
  model: 'chat',
  messages: [user('Hello')],
  tools: [],
  maxTokens: 2048,
  sampling: {},
  stream: false,
  ...more,
})

function model(id: string) {
  const found = modelById.get(id)
  if (found === undefined) throw new Error(`no model '${id}'`)
  return found
}

const haiku = modelOf(bodyById('claude-messages'))
const opus = model('anthropic.claude-opus-5-5')
const nova = modelOf(bodyById('nova'))
const converse = modelOf(bodyById('converse'))
const gpt = model('openai.gpt-6-sol')
const oss = modelOf(bodyById('gpt-oss'))
const kimi = modelOf(bodyById('openai-chat'))

const refused = (asked: () => unknown) => {
  try {
    asked()
  } catch (thrown) {
    if (thrown instanceof TollgateError) return { code: thrown.code, param: thrown.param }
    throw thrown
  }
  return undefined
}

describe('an answer held to JSON', () => {
  it('is held by the model itself where it can, and its schema is closed', () => {
    expect(built(ask({ output: closed }), haiku).body).toMatchObject({
      output_config: { format: { type: 'json_schema', schema: closed.schema } },
    })
    expect(built(ask({ output: closed }), gpt).body).toMatchObject({
      outputConfig: { textFormat: { type: 'json_schema' } },
    })
    expect(built(ask({ output: { type: 'json' } }), kimi).body).toMatchObject({
      response_format: { type: 'json_object' },
    })
  })

  it.each([haiku, opus, nova, converse])('is held by a forced tool elsewhere: $name', (each) => {
    const { body } = built(ask({ output: open }), each)
    expect(JSON.stringify(body)).toContain('"name":"json_answer_x"')
    expect(JSON.stringify(body)).toMatch(/"tool_choice"|"toolChoice"/)
  })

  it('leaves the caller’s own tools to be called, and a forced one forced', () => {
    const choice = (toolChoice?: ChatRequest['toolChoice']) => {
      const forced = toolChoice === undefined ? {} : { toolChoice }
      return built(ask({ output: open, tools: [clock], ...forced }), haiku).body.tool_choice
    }
    expect(choice()).toEqual({ type: 'any' })
    expect(choice({ type: 'auto' })).toEqual({ type: 'any' })
    expect(choice({ type: 'none' })).toEqual({ type: 'tool', name: 'json_answer_x' })
    expect(choice({ type: 'tool', name: 'clock' })).toEqual({ type: 'tool', name: 'clock' })
  })

  it('goes before thinking, which a forced tool excludes', () => {
    const asked = ask({ output: open, thinking: { type: 'budget', tokens: 1024 } })
    const { body, notices } = built(asked, haiku)
    expect(body).not.toHaveProperty('thinking')
    expect(notices).toHaveLength(1)
  })

  it('cannot be had of a model without tools, or with a tool of the gateway’s own name', () => {
    const llama = modelOf(bodyById('llama3'))
    const code = 'unsupported_parameter'
    expect(refused(() => built(ask({ output: open }), llama))).toMatchObject({ code })
    const tools = [{ ...clock, name: 'json_answer_mine' }]
    expect(refused(() => built(ask({ tools }), haiku))).toEqual({
      code: 'invalid_body',
      param: 'tools[0].name',
    })
  })

  it('is text to the caller, beside calls that are calls', async () => {
    const { read } = bodyById('converse')
    const call = (name: string) => ({ toolUse: { toolUseId: name, name, input: {} } })
    const answer = (...names: string[]) => ({
      output: { message: { content: names.map(call) } },
      stopReason: 'tool_use',
    })
    expect(read(answer('json_answer'), {})).toMatchObject({
      content: [{ type: 'text', text: '{}' }],
      stop: { reason: 'end' },
    })
    expect(read(answer('json_answer', 'clock'), {}).stop).toEqual({ reason: 'tool-calls' })
    const start = { toolUse: { toolUseId: 'a', name: 'json_answer' } }
    const told = await collected(
      eventsOf(bodyById('converse'), [
        { contentBlockStart: { contentBlockIndex: 0, start } },
        { contentBlockStop: { contentBlockIndex: 0 } },
        { messageStop: { stopReason: 'tool_use' } },
      ]),
    )
    expect(told.content).toEqual([{ type: 'text', text: '{}' }])
    expect(told.stop).toEqual({ reason: 'end' })
  })
})

describe('Converse', () => {
  it('has a word for effort and for the service tier, and a side door for a budget', () => {
    const asked = ask({ thinking: { type: 'adaptive', effort: 'xhigh' }, serviceTier: 'flex' })
    expect(built(asked, gpt).body).toMatchObject({
      outputConfig: { effort: 'xhigh' },
      serviceTier: { type: 'flex' },
    })
    expect(built(asked, converse).body).toMatchObject({
      additionalModelRequestFields: { thinking: { type: 'enabled' } },
    })
  })

  it('is not asked for cache points a model does not take', () => {
    const content = [{ type: 'text', text: 'Hello', cache: { ttl: '5m' } }] as const
    const { body, notices } = built(ask({ messages: [{ role: 'user', content }] }), gpt)
    expect(JSON.stringify(body)).not.toContain('cachePoint')
    expect(notices).toEqual(['cache points: left out; GPT-6 Sol has no prompt cache'])
  })

  it('is given documents by names of their own', () => {
    const note = { type: 'document', mediaType: 'text/plain', name: 'a/b  c.txt', data: 'YQ==' }
    const text = { type: 'text', text: 'Compare.' }
    const content = [note, note, text] as Extract<Message, { role: 'user' }>['content']
    const { messages } = built(ask({ messages: [{ role: 'user', content }] }), converse).body
    expect(JSON.stringify(messages).match(/"name":"[^"]+"/g)).toEqual([
      '"name":"a b c txt"',
      '"name":"a b c txt 2"',
    ])
    const video = [{ ...note, mediaType: 'video/mp4' }, text] as typeof content
    const asked = ask({ messages: [{ role: 'user', content: video }] })
    expect(refused(() => built(asked, converse))?.code).toBe('unsupported_parameter')
    const mute = ask({ messages: [{ role: 'user', content: [note] as typeof content }] })
    expect(refused(() => built(mute, converse))?.code).toBe('invalid_body')
  })

  it('tells cache writes by their lifetime where it says it', () => {
    const usage = { inputTokens: 1, outputTokens: 1, cacheWriteInputTokens: 10 }
    const answer = { output: { message: { content: [] } }, stopReason: 'end_turn' }
    const counted = (more: object) =>
      bodyById('converse').read({ ...answer, usage: { ...usage, ...more } }, {}).usage
    expect(counted({})).toMatchObject({ cacheWrite5m: 10, cacheWrite1h: 0 })
    const cacheDetails = [{ ttl: '1h', inputTokens: 4 }]
    expect(counted({ cacheDetails })).toMatchObject({ cacheWrite5m: 6, cacheWrite1h: 4 })
  })
})

describe('chat completions', () => {
  it('say how hard to think where the model listens', () => {
    const asked = ask({ thinking: { type: 'adaptive', effort: 'max' } })
    expect(built(asked, oss)).toMatchObject({
      body: { reasoning_effort: 'high' },
      notices: ['thinking: sent as effort high'],
    })
    expect(built(asked, kimi).body).not.toHaveProperty('reasoning_effort')
    expect(built(asked, kimi).notices).toHaveLength(1)
  })

  it('name every choice of a tool', () => {
    const choice = (toolChoice: NonNullable<ChatRequest['toolChoice']>) =>
      built(ask({ tools: [clock], toolChoice }), kimi).body.tool_choice
    expect(choice({ type: 'auto' })).toBe('auto')
    expect(choice({ type: 'none' })).toBe('none')
    expect(choice({ type: 'any' })).toBe('required')
    expect(choice({ type: 'tool', name: 'clock' })).toMatchObject({ function: { name: 'clock' } })
  })

  it.each([
    [{ finish_reason: 'stop' }, { reason: 'end' }],
    [{ stop_reason: 'model_length' }, { reason: 'length' }],
    [
      { finish_reason: 'stop', stop_reason: '###' },
      { reason: 'sequence', sequence: '###' },
    ],
    [{ finish_reason: 'error' }, { reason: 'other', detail: 'error' }],
  ])('that end with %j are understood', (end, stop) => {
    const answer = { choices: [{ message: { content: 'x' }, ...end }] }
    expect(bodyById('openai-chat').read(answer, {}).stop).toEqual(stop)
  })

  it('are whole without counts, which Bedrock then tells, and never without an end', () => {
    const body = bodyById('openai-chat')
    const delta = { choices: [{ delta: { content: 'Hi' } }] }
    const end = { choices: [{ delta: {}, finish_reason: 'stop' }] }
    const metrics = { inputTokenCount: 8, outputTokenCount: 9 }
    expect(
      eventsOf(body, [delta, end, { 'amazon-bedrock-invocationMetrics': metrics }]).at(-1),
    ).toMatchObject({ type: 'reply-end', usage: { input: 8, output: 9 } })
    expect(eventsOf(body, [delta, end]).at(-1)).toMatchObject({ type: 'reply-end' })
    expect(eventsOf(body, [delta]).at(-1)).toMatchObject({ type: 'reply-error' })
  })
})

describe('a conversation that began with another model', () => {
  it.each([haiku, nova, converse])('keeps its calls under ids that $name takes', (each) => {
    const call = { type: 'tool-call', id: 'functions.clock:0', name: 'clock', input: {} } as const
    const result = { type: 'tool-result', callId: call.id, content: [], failed: false } as const
    const messages: Message[] = [
      user('Time?'),
      { role: 'assistant', content: [call] },
      { role: 'user', content: [result] },
    ]
    const sent = JSON.stringify(built(ask({ messages, tools: [clock] }), each).body)
    expect(sent.match(/"functions_clock_0"/g)).toHaveLength(2)
    expect(sent).not.toContain('functions.clock:0')
  })
})

describe('Claude', () => {
  it('is asked for the betas Bedrock takes, and the others are told', () => {
    const betas = ['context-management-2025-06-27', 'files-api-2025-04-14']
    const { body, notices } = built(ask({ betas }), haiku)
    expect(body.anthropic_beta).toEqual(['context-management-2025-06-27'])
    expect(notices.join()).toContain('files-api-2025-04-14')
  })

  it('calls one tool at a time when told so', () => {
    const { body } = built(ask({ tools: [clock], parallelTools: false }), haiku)
    expect(body.tool_choice).toEqual({ type: 'auto', disable_parallel_tool_use: true })
  })
})
