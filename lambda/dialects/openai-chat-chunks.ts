/** A stream as OpenAI's `chat.completion.chunk` events, up to its `[DONE]`. */
import type { AnswerFacts } from '../core/dialect.ts'
import { errorBody } from '../core/error-body.ts'
import type { BlockDelta, OpenedBlock, ReplyEvent } from '../core/reply.ts'
import { completionId, finish, thinkingBlock, usageSaid } from './openai-chat-completion.ts'

/** What is open: OpenAI counts tool calls, and knows a thought only when it is signed. */
type Open = {
  readonly block: OpenedBlock
  readonly call: number
  json: boolean
  thought: string
  signature: string
}

export function openChunks(facts: AnswerFacts, includeUsage: boolean) {
  const about = {
    id: completionId(facts),
    object: 'chat.completion.chunk',
    created: facts.created,
    model: facts.asked,
  }
  /** Where usage is asked for, all chunks but the last say that it is not there yet. */
  const pending = includeUsage ? { usage: null } : {}
  let calls = 0
  let open: Open | undefined

  return function frame(event: ReplyEvent): string {
    switch (event.type) {
      case 'native':
        return ''
      case 'reply-start':
        return delta({ role: 'assistant', content: '', refusal: null })
      case 'block-start':
        open = { block: event.block, call: calls, json: false, thought: '', signature: '' }
        return started(event.block)
      case 'block-delta':
        return open === undefined ? '' : continued(event.delta, open)
      case 'block-end':
        return open === undefined ? '' : ended(open)
      case 'reply-end': {
        const last = chunk({ index: 0, delta: {}, logprobs: null, ...finish(event.stop) })
        const usage = { ...about, choices: [], usage: usageSaid(event.usage, facts) }
        return `${last}${includeUsage ? sse(usage) : ''}${done}`
      }
      /** OpenAI too sends `[DONE]` after an error (sashabaranov/go-openai#396). */
      case 'reply-error':
        return `${sse(errorBody(event.error, facts.requestId))}${done}`
    }
  }

  function started(block: OpenedBlock): string {
    if (block.type === 'redacted-thinking')
      return delta({ thinking_blocks: [thinkingBlock(block)] })
    if (block.type !== 'tool-call') return ''
    const { id, name } = block
    const call = { index: calls, id, type: 'function', function: { name, arguments: '' } }
    calls += 1
    return delta({ tool_calls: [call] })
  }

  function continued(said: BlockDelta, open: Open): string {
    switch (said.type) {
      case 'text':
        return said.text === '' ? '' : delta({ content: said.text })
      case 'thinking':
        open.thought += said.text
        return said.text === '' ? '' : delta({ reasoning_content: said.text })
      case 'signature':
        open.signature += said.signature
        return ''
      case 'input-json':
        if (said.json === '') return ''
        open.json = true
        return written(open.call, said.json)
    }
  }

  /** A call without arguments streams none; clients parse what they gathered, so it is written out. */
  function ended({ block, call, json, thought, signature }: Open): string {
    if (block.type === 'tool-call' && !json) return written(call, '{}')
    if (signature === '') return ''
    return delta({
      thinking_blocks: [thinkingBlock({ type: 'thinking', text: thought, signature })],
    })
  }

  function written(index: number, json: string): string {
    return delta({ tool_calls: [{ index, function: { arguments: json } }] })
  }

  function delta(said: object): string {
    return chunk({ index: 0, delta: said, logprobs: null, finish_reason: null })
  }

  function chunk(choice: object): string {
    return sse({ ...about, choices: [choice], ...pending })
  }
}

const sse = (data: unknown): string => `data: ${JSON.stringify(data)}\n\n`
const done = 'data: [DONE]\n\n'
