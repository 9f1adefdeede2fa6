/** Anthropic's Messages API: what its SDKs and Claude Code speak. */
import type { AnswerFacts, ChatDialect } from '../core/dialect.ts'
import type { BlockDelta, ReplyEvent } from '../core/reply.ts'
import { messagesBody, readAnthropicBody } from '../wire/anthropic-envelope.ts'
import { faced } from '../wire/schema.ts'
import { anthropicLimits } from './anthropic-limits.ts'
import {
  failureOf,
  json,
  messageOf,
  openedBlock,
  openMessage,
  stopOf,
  usageOf,
} from './anthropic-reply.ts'

export const anthropicMessages: ChatDialect = {
  task: 'chat',
  id: 'anthropic-messages',
  routes: [{ method: 'POST', path: '/v1/messages' }],
  streamType: 'text/event-stream; charset=utf-8',
  ping: 'event: ping\ndata: {"type": "ping"}\n\n',
  parse: faced(messagesBody, (request, notice) => readAnthropicBody(request, notice)),
  format: (reply, facts) => json(messageOf(reply, facts)),
  openFrames: (facts) => (event) => frame(event, facts),
  formatError: (error, requestId) => json(failureOf(error, requestId)),
  limitHeaders: anthropicLimits,
}

function frame(event: ReplyEvent, facts: AnswerFacts): string {
  switch (event.type) {
    case 'native':
      return ''
    case 'reply-start':
      return sse({ type: 'message_start', message: openMessage(facts) })
    case 'block-start': {
      const content_block = openedBlock(event.block)
      const { index } = event
      return content_block ? sse({ type: 'content_block_start', index, content_block }) : ''
    }
    case 'block-delta': {
      const { index } = event
      return sse({ type: 'content_block_delta', index, delta: deltaOf(event.delta) })
    }
    case 'block-end':
      return sse({ type: 'content_block_stop', index: event.index })
    case 'reply-end': {
      const delta = { ...stopOf(event.stop), stop_details: null }
      const ended = sse({ type: 'message_delta', delta, usage: usageOf(event.usage, facts) })
      return ended + sse({ type: 'message_stop' })
    }
    case 'reply-error':
      return sse(failureOf(event.error, facts.requestId))
  }
}

function deltaOf(delta: BlockDelta) {
  switch (delta.type) {
    case 'text':
      return { type: 'text_delta', text: delta.text }
    case 'thinking':
      return { type: 'thinking_delta', thinking: delta.text }
    case 'signature':
      return { type: 'signature_delta', signature: delta.signature }
    case 'input-json':
      return { type: 'input_json_delta', partial_json: delta.json }
  }
}

type Data = { readonly type: string; readonly [field: string]: unknown }

/** Anthropic names every event after its data's type, errors included. */
const sse = (data: Data): string => `event: ${data.type}\ndata: ${JSON.stringify(data)}\n\n`
