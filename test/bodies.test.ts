/** What each family does with what it cannot carry as it was asked. */
import { describe, expect, it } from 'vitest'
import type { AssistantBlock, Message, Text, UserBlock } from '../lambda/core/conversation.ts'
import { TollgateError } from '../lambda/core/errors.ts'
import type { ChatRequest } from '../lambda/core/request.ts'
import { modelById } from '../lambda/models/index.ts'
import { bodyById, built, eventsOf, modelOf } from './support/bodies.ts'

const user = (...content: (string | UserBlock)[]): Message => ({
  role: 'user',
  content: content.map((block) => (typeof block === 'string' ? text(block) : block)),
})
const assistant = (...content: (string | AssistantBlock)[]): Message => ({
  role: 'assistant',
  content: content.map((block) => (typeof block === 'string' ? text(block) : block)),
})
const system = (words: string): Message => ({ role: 'system', content: [text(words)] })
const text = (words: string): Text => ({ type: 'text', text: words })
const marked = (ttl: '5m' | '1h'): Text => ({ ...text('kept'), cache: { ttl } })

const request = (messages: readonly Message[], more: Partial<ChatRequest> = {}): ChatRequest => ({
  model: 'chat',
  messages,
  tools: [],
  maxTokens: 2048,
  sampling: {},
  stream: false,
  ...more,
})

const hello = request([user('Hello')])
const clock = { name: 'clock', input: { type: 'object' } }

function model(id: string) {
  const found = modelById.get(id)
  if (found === undefined) throw new Error(`no model '${id}'`)
  return found
}

const opus = model('anthropic.claude-opus-5-5')
const sonnet45 = model('anthropic.claude-sonnet-4-5-20250929-v1:0')
const nova = modelOf(bodyById('nova'))
const nova2 = modelOf(bodyById('nova2'))
const llama2 = modelOf(bodyById('llama2'))

const refused = (asked: () => unknown) => {
  try {
    asked()
  } catch (thrown) {
    if (thrown instanceof TollgateError) return { code: thrown.code, param: thrown.param }
    throw thrown
  }
  return undefined
}

describe('turns', () => {
  it.each(['claude-messages', 'claude-text', 'nova', 'llama2'])(
    'a conversation that begins with the assistant is refused by %s',
    (id) => {
      const asked = request([assistant('I begin.'), user('No, I do.')])
      expect(refused(() => built(asked, modelOf(bodyById(id))))).toEqual({
        code: 'invalid_body',
        param: 'messages',
      })
    },
  )

  it('neighbours of one role become one turn, and results of tools stand first in it', () => {
    const result = { type: 'tool-result', callId: 'a', content: [], failed: false } as const
    const call = { type: 'tool-call', id: 'a', name: 'clock', input: {} } as const
    const asked = request(
      [user('What time is it?'), assistant('So:'), assistant(call), system('Hurry.'), user(result)],
      { tools: [clock] },
    )
    const { messages } = built(asked, sonnet45).body as { messages: { content: unknown[] }[] }
    expect(messages).toHaveLength(3)
    expect(messages[1]?.content).toHaveLength(2)
    expect(messages[2]?.content).toEqual([
      { type: 'tool_result', tool_use_id: 'a' },
      { type: 'text', text: '<system>\nHurry.\n</system>' },
    ])
  })

  it('an answer that was begun is left open for the model to go on with', () => {
    const asked = request([user('Count.'), assistant('One, two')])
    const prompt = (id: string) => {
      const { body } = built(asked, modelOf(bodyById(id)))
      return String(body.prompt ?? body.inputText)
    }
    for (const id of ['llama2', 'llama3', 'llama4', 'claude-text', 'titan-text']) {
      expect(prompt(id)).toMatch(/One, two$/)
    }
  })

  it('Claude is not given the white space an answer was begun with', () => {
    const { body, notices } = built(request([user('Count.'), assistant('One, ')]), sonnet45)
    expect(body.messages).toMatchObject([{}, { content: [{ text: 'One,' }] }])
    expect(notices).toHaveLength(1)
  })

  it('blank words are no turn for families that refuse them', () => {
    const asked = request([user('Hello'), assistant(' '), user('Are you there?')])
    expect(built(asked, nova).body.messages).toEqual([
      { role: 'user', content: [{ text: 'Hello' }, { text: 'Are you there?' }] },
    ])
  })

  it('Titan has no place for a system message, and says who has', () => {
    const { body } = modelOf(bodyById('titan-text'))
    const asked = { ...request([system('Be brief.'), user('Hello')]), maxTokens: 9 }
    expect(() => body.build(asked, modelOf(body), () => {})).toThrow(/Claude, Llama or Nova/)
  })
})

describe('thinking', () => {
  const thinking = (wish: ChatRequest['thinking'], more: Partial<ChatRequest> = {}) =>
    request(hello.messages, { ...more, ...(wish !== undefined && { thinking: wish }) })

  it('a model that decides itself is told the effort, and never a budget', () => {
    const eager = built(thinking({ type: 'adaptive', effort: 'low' }), opus)
    expect(eager.body).toMatchObject({
      thinking: { type: 'adaptive' },
      output_config: { effort: 'low' },
    })
    expect(eager.notices).toEqual([])
    const measured = built(thinking({ type: 'budget', tokens: 1500 }), opus)
    expect(measured.body.thinking).toEqual({ type: 'adaptive' })
    expect(measured.notices).toHaveLength(1)
    const off = built(thinking({ type: 'off' }), opus)
    expect(off.body).not.toHaveProperty('thinking')
    expect(off.notices).toHaveLength(1)
  })

  it('a model that takes a budget gets one below the bound of the answer', () => {
    const budget = (wish: ChatRequest['thinking'], more = {}) =>
      built(thinking(wish, more), sonnet45).body.thinking
    expect(budget({ type: 'budget', tokens: 1500 })).toEqual({
      type: 'enabled',
      budget_tokens: 1500,
    })
    expect(budget({ type: 'budget', tokens: 9999 })).toMatchObject({ budget_tokens: 2047 })
    expect(budget({ type: 'adaptive', effort: 'high' })).toMatchObject({ budget_tokens: 1638 })
    expect(budget({ type: 'budget', tokens: 1500 }, { maxTokens: 1000 })).toBeUndefined()
    expect(budget({ type: 'off' })).toEqual({ type: 'disabled' })
  })

  it('a tool cannot be forced on a model that thinks', () => {
    const asked = thinking(
      { type: 'budget', tokens: 1500 },
      { tools: [clock], toolChoice: { type: 'any' } },
    )
    expect(refused(() => built(asked, sonnet45))).toEqual({
      code: 'unsupported_parameter',
      param: 'tool_choice',
    })
    expect(built({ ...asked, thinking: { type: 'off' } }, sonnet45).body.tool_choice).toEqual({
      type: 'any',
    })
  })

  it('Nova is never asked for the effort that would unbound its answer', () => {
    const { body, notices } = built(thinking({ type: 'adaptive', effort: 'max' }), nova2)
    expect(body.inferenceConfig).toEqual({
      maxTokens: 2048,
      reasoningConfig: { type: 'enabled', maxReasoningEffort: 'medium' },
    })
    expect(notices).toEqual(['thinking: sent as effort medium'])
    expect(built(thinking({ type: 'off' }), nova2).body.inferenceConfig).toMatchObject({
      reasoningConfig: { type: 'disabled' },
    })
    expect(built(thinking({ type: 'adaptive' }), nova).body.inferenceConfig).toEqual({
      maxTokens: 2048,
    })
  })

  it('thinking that cannot be proven is not sent back', () => {
    const asked = request([
      user('Hm?'),
      assistant({ type: 'thinking', text: 'mine' }, { type: 'thinking', text: 'so' }),
      user('Well?'),
    ])
    const { body, notices } = built(asked, opus)
    expect(body.messages).toHaveLength(1)
    expect(notices).toHaveLength(1)
  })
})

describe('tools and caches', () => {
  it('Nova, which cannot be told to call no tool, is given none', () => {
    const asked = request(hello.messages, { tools: [clock], toolChoice: { type: 'none' } })
    expect(built(asked, nova).body).not.toHaveProperty('toolConfig')
    const call = { type: 'tool-call', id: 'a', name: 'clock', input: {} } as const
    const later = { ...asked, messages: [user('Time?'), assistant(call), user('And?')] }
    expect(refused(() => built(later, nova))?.param).toBe('tool_choice')
    expect(built(later, sonnet45).body.tool_choice).toEqual({ type: 'none' })
  })

  it('Nova is not asked to go on without the tools it has called', () => {
    const call = { type: 'tool-call', id: 'a', name: 'clock', input: {} } as const
    const asked = request([user('Time?'), assistant(call), user('And?')])
    expect(refused(() => built(asked, nova))?.param).toBe('tools')
  })

  it.each(['auto', 'any'] as const)('Nova is given the choice %s', (type) => {
    const asked = request(hello.messages, { tools: [clock], toolChoice: { type } })
    expect(built(asked, nova).body.toolConfig).toMatchObject({ toolChoice: { [type]: {} } })
  })

  it('an hour is not kept after five minutes, and no more than four points are sent', () => {
    const asked = request([
      user(marked('5m'), marked('1h'), marked('5m'), marked('5m'), marked('5m'), marked('5m')),
    ])
    const { body, notices } = built(asked, sonnet45)
    const lifetimes = JSON.stringify(body).match(/"ttl":"\w+"/g)
    expect(lifetimes).toEqual(Array(4).fill('"ttl":"5m"'))
    expect(notices).toHaveLength(2)
  })

  it('a family without a cache says so once', () => {
    const { notices } = built(request([user(marked('1h'), marked('1h'))]), llama2)
    expect(notices).toEqual(['cache points: left out; Llama 2 Chat 70B has no prompt cache'])
  })
})

describe('usage', () => {
  const answer = { completion: 'seven characters..', stop_reason: 'max_tokens', stop: null }
  const claudeText = bodyById('claude-text')

  it('comes from what Bedrock reports where the body has no counts', () => {
    const { usage } = claudeText.read(answer, { input: 5, output: 6, cacheWrite: 7 })
    expect(usage).toMatchObject({ input: 5, output: 6, cacheWrite5m: 7, cacheWrite1h: 0 })
  })

  it('is guessed upward from the text where nobody counts', () => {
    expect(claudeText.read(answer, {}).usage).toMatchObject({ input: 0, output: 6 })
  })

  it('keeps zero as a count', () => {
    const whole = { generation: '', prompt_token_count: 0, generation_token_count: 0 }
    const reply = bodyById('llama3').read({ ...whole, stop_reason: 'stop' }, { output: 9 })
    expect(reply.usage).toMatchObject({ input: 0, output: 0 })
  })

  it('takes all cache writes for five minutes where their lifetime is not told', () => {
    const usage = { input_tokens: 1, output_tokens: 2, cache_creation_input_tokens: 3 }
    const whole = { content: [], stop_reason: 'end_turn', usage }
    expect(bodyById('claude-messages').read(whole, {}).usage).toMatchObject({
      cacheWrite5m: 3,
      cacheWrite1h: 0,
    })
  })

  it('of a Claude stream is what its last counts say', () => {
    const events = eventsOf(bodyById('claude-messages'), [
      { type: 'message_start', message: { usage: { input_tokens: 9, output_tokens: 1 } } },
      { type: 'message_delta', delta: { stop_reason: 'pause_turn' }, usage: { output_tokens: 4 } },
      { type: 'message_stop' },
    ])
    expect(events.at(-1)).toMatchObject({
      stop: { reason: 'other', detail: 'pause_turn' },
      usage: { input: 9, output: 4 },
    })
  })
})

describe('failures that come as an answer', () => {
  it.each([
    ['titan-text', { error: 'out of service' }, 'upstream_error'],
    [
      'claude-messages',
      { type: 'error', error: { type: 'overloaded_error' } },
      'upstream_unavailable',
    ],
    [
      'claude-messages',
      { type: 'error', error: { type: 'rate_limit_error' } },
      'upstream_throttled',
    ],
  ])('%s answering %j is an error', (id, answer, code) => {
    expect(refused(() => bodyById(id).read(answer, {}))?.code).toBe(code)
    expect(eventsOf(bodyById(id), [answer])).toMatchObject([
      { type: 'reply-error', error: { code } },
    ])
  })
})
