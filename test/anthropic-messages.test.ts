/** How Anthropic's dialect answers: stop reasons, usage, counts, errors and frames. */
import { describe, expect, it } from 'vitest'
import { TollgateError } from '../lambda/core/errors.ts'
import { type Reply, replay, type Stop } from '../lambda/core/reply.ts'
import { anthropicCountTokens } from '../lambda/dialects/anthropic-count-tokens.ts'
import { anthropicMessages } from '../lambda/dialects/anthropic-messages.ts'
import { answerFacts, posted } from './support/anthropic.ts'

const usage = { input: 3, cacheRead: 2, cacheWrite5m: 5, cacheWrite1h: 7, output: 4 }
const reply: Reply = { content: [{ type: 'text', text: 'So.' }], stop: { reason: 'end' }, usage }
const answered = (more: Partial<Reply>) =>
  JSON.parse(anthropicMessages.format({ ...reply, ...more }, answerFacts, posted({})).body)

describe('an answer', () => {
  it.each<[Stop, string, string | null]>([
    [{ reason: 'end' }, 'end_turn', null],
    [{ reason: 'sequence', sequence: 'END' }, 'stop_sequence', 'END'],
    [{ reason: 'sequence' }, 'stop_sequence', null],
    [{ reason: 'length' }, 'max_tokens', null],
    [{ reason: 'tool-calls' }, 'tool_use', null],
    [{ reason: 'filtered' }, 'refusal', null],
    [{ reason: 'refused' }, 'refusal', null],
    [{ reason: 'other', detail: 'pause_turn' }, 'pause_turn', null],
    [{ reason: 'other', detail: 'malformed_tool_use' }, 'malformed_tool_use', null],
  ])('says why it stopped: %j', (stop, stop_reason, stop_sequence) => {
    expect(answered({ stop })).toMatchObject({ stop_reason, stop_sequence })
  })

  it('counts disjointly, with cache writes by their lifetime, and says what it cost', () => {
    expect(answered({}).usage).toEqual({
      input_tokens: 3,
      cache_creation_input_tokens: 12,
      cache_read_input_tokens: 2,
      cache_creation: { ephemeral_5m_input_tokens: 5, ephemeral_1h_input_tokens: 7 },
      output_tokens: 4,
      cost_usd: 0.004,
    })
  })

  it('gives thinking back so that it can be sent again', () => {
    const content = [
      { type: 'thinking', text: 'Hm.', signature: 's' },
      { type: 'redacted-thinking', data: 'x' },
      { type: 'thinking', text: 'unsigned' },
      { type: 'tool-call', id: 'a', name: 'clock', input: {} },
    ] as const
    const said = answered({ content })
    const turn = { role: 'assistant', content: said.content }
    const body = { model: 'claude', max_tokens: 9, messages: [turn] }
    const { messages } = anthropicMessages.parse(posted(body), () => {})
    expect(messages[0]?.content).toEqual(content)
  })

  it('to a count is one number, cached or not', () => {
    const { body } = anthropicCountTokens.format(reply, answerFacts, posted({}))
    expect(JSON.parse(body)).toEqual({ input_tokens: 17 })
  })
})

describe('a stream', () => {
  it('opens every block before its deltas, and ends after its counts', async () => {
    const frame = anthropicMessages.openFrames(answerFacts, posted({}))
    const content = [{ type: 'tool-call', id: 'a', name: 'clock', input: { zone: 'UTC' } }] as const
    const frames: string[] = []
    for await (const event of replay({ ...reply, content })) frames.push(String(frame(event)))
    const names = frames.join('').match(/(?<=^event: ).*$/gm)
    expect(names).toEqual([
      ...['message_start', 'content_block_start', 'content_block_delta', 'content_block_stop'],
      ...['message_delta', 'message_stop'],
    ])
    expect(frames[2]).toBe(
      'event: content_block_delta\ndata: {"type":"content_block_delta","index":0,"delta":{"type":"input_json_delta","partial_json":"{\\"zone\\":\\"UTC\\"}"}}\n\n',
    )
  })

  it('says nothing of what came natively, and pings as Anthropic does', () => {
    const frame = anthropicMessages.openFrames(answerFacts, posted({}))
    expect(frame({ type: 'native', payload: new Uint8Array() })).toBe('')
    expect(anthropicMessages.ping).toBe('event: ping\ndata: {"type": "ping"}\n\n')
  })

  it('that breaks ends with one error', () => {
    const error = new TollgateError('upstream_unavailable', 'It broke.')
    const frame = anthropicMessages.openFrames(answerFacts, posted({}))
    expect(frame({ type: 'reply-error', error })).toBe(
      'event: error\ndata: {"type":"error","error":{"type":"overloaded_error","code":"upstream_unavailable","message":"It broke.","param":null},"message":"It broke.","request_id":"3f2a-01"}\n\n',
    )
  })
})
