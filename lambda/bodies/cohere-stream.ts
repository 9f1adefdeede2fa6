/** Reads a streamed answer of Cohere's Chat API v2. Cohere, "Streaming" and "Streaming for tool use". */
import type { StreamReader } from '../core/contracts.ts'
import { type Fields, fieldsOf, need, textOf } from './answer.ts'
import { beside, billedUsage, finishOf } from './cohere-reply.ts'
import { streamReader, type Writer } from './stream.ts'

const messageOf = ({ delta }: Fields): Fields => fieldsOf(fieldsOf(delta)?.message) ?? {}

/** A call stands under `tool_calls`, though it is one. */
const callOf = (chunk: Fields): Fields => need(fieldsOf(messageOf(chunk).tool_calls), 'no call')

/** What a tool without parameters was seen to be called with. */
const nothing = 'null'

/** Citations, and kinds of events that are still to come, say nothing we tell. */
export function cohereStream(): StreamReader {
  let calls = 0
  /** Arguments that may yet turn out to be `null`. */
  let held = ''

  function argue(pieces: unknown, write: Writer) {
    held += textOf(fieldsOf(pieces)?.arguments) ?? ''
    if (nothing.startsWith(held)) return
    write.delta({ type: 'input-json', json: held })
    held = ''
  }

  function finishCall(write: Writer) {
    if (held !== '' && held !== nothing) write.delta({ type: 'input-json', json: held })
    held = ''
    write.close()
  }

  function say(content: unknown, write: Writer) {
    const { text, thinking } = fieldsOf(content) ?? {}
    const thought = textOf(thinking) ?? ''
    if (thought !== '') write.thinking(thought)
    write.text(textOf(text) ?? '')
  }

  return streamReader({
    read(chunk, write) {
      switch (chunk.type) {
        case 'message-start':
          write.start()
          break
        case 'content-start':
          write.close()
          say(messageOf(chunk).content, write)
          break
        case 'content-delta':
          say(messageOf(chunk).content, write)
          break
        case 'content-end':
          write.close()
          break
        case 'tool-plan-delta':
          write.text(textOf(messageOf(chunk).tool_plan) ?? '')
          break
        case 'tool-call-start': {
          finishCall(write)
          const call = callOf(chunk)
          const { name } = fieldsOf(call.function) ?? {}
          const id = need(textOf(call.id), 'no tool call id')
          write.open({ type: 'tool-call', id, name: need(textOf(name), 'no tool name') })
          calls += 1
          argue(call.function, write)
          break
        }
        case 'tool-call-delta':
          argue(callOf(chunk).function, write)
          break
        case 'tool-call-end':
          finishCall(write)
          break
        case 'message-end': {
          finishCall(write)
          const delta = fieldsOf(chunk.delta) ?? {}
          write.end(beside(finishOf(delta), calls), billedUsage(delta))
          break
        }
      }
    },
  })
}
