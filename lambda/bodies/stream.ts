/** Keeps a stream to the grammar of `ReplyEvent`, whatever order a family tells its own events in. */
import type { ReportedUsage, StreamReader } from '../core/contracts.ts'
import { TollgateError } from '../core/errors.ts'
import type { BlockDelta, OpenedBlock, ReplyEvent, Stop } from '../core/reply.ts'
import { type Fields, fieldsOf, malformed, refuseFailure } from './answer.ts'
import { isJsonAnswer } from './json-answer.ts'
import { invocationMetrics, type ToldUsage, usageOf } from './usage.ts'

/** What a family's reader says; indexes, order and the end are seen to here. */
export type Writer = {
  /** `told`: what is counted by now. */
  readonly start: (told?: ToldUsage) => void
  /** Opens a block, and ends the one before it. */
  readonly open: (block: OpenedBlock) => void
  /** Opens a text block if none is open: text without a character is no block. */
  readonly text: (text: string) => void
  /** The same for thinking, which may be without a character and still be signed. */
  readonly thinking: (text: string) => void
  readonly delta: (delta: BlockDelta) => void
  readonly close: () => void
  /** The whole answer has come. */
  readonly end: (stop: Stop, told: ToldUsage) => void
}

type Steps = {
  readonly read: (chunk: Fields, write: Writer) => void
  /** The connection ended before `write.end`; a family may know that nothing is missing. */
  readonly ended?: (write: Writer) => void
}

const takes: Readonly<Record<BlockDelta['type'], OpenedBlock['type']>> = {
  text: 'text',
  thinking: 'thinking',
  signature: 'thinking',
  'input-json': 'tool-call',
}

export function streamReader({ read, ended }: Steps): StreamReader {
  let events: ReplyEvent[] = []
  let open: OpenedBlock['type'] | 'json-answer' | undefined
  let index = -1
  let started = false
  let over = false
  let characters = 0
  let calls = 0
  let answers = 0
  let answerIsBlank = true
  let reported: ReportedUsage = {}

  function say(event: ReplyEvent) {
    if (!started) events.push({ type: 'reply-start' })
    started = true
    events.push(event)
  }

  const write: Writer = {
    start(told) {
      if (started) return
      const usage = told && usageOf({ ...told, output: told.output ?? 0 }, {}, 0)
      events.push({ type: 'reply-start', ...(usage !== undefined && { usage }) })
      started = true
    },
    open(block) {
      write.close()
      index += 1
      open = block.type
      if (block.type === 'tool-call' && isJsonAnswer(block.name)) return answer()
      if (block.type === 'tool-call') calls += 1
      if (block.type === 'redacted-thinking') characters += block.data.length
      say({ type: 'block-start', index, block })
    },
    text(text) {
      if (text === '') return
      if (open !== 'text') write.open({ type: 'text' })
      write.delta({ type: 'text', text })
    },
    thinking(text) {
      if (open !== 'thinking') write.open({ type: 'thinking' })
      write.delta({ type: 'thinking', text })
    },
    delta(delta) {
      if (open === 'json-answer' && delta.type === 'input-json') return answering(delta.json)
      if (open !== takes[delta.type]) throw malformed(`${delta.type} in a block of ${open}`)
      characters += written(delta)
      say({ type: 'block-delta', index, delta })
    },
    close() {
      if (open === 'json-answer' && answerIsBlank) answering('{}')
      if (open !== undefined) say({ type: 'block-end', index })
      open = undefined
    },
    end(stop, told) {
      write.close()
      const answered = stop.reason === 'tool-calls' && answers > 0 && calls === 0
      say({
        type: 'reply-end',
        stop: answered ? { reason: 'end' } : stop,
        usage: usageOf(told, reported, characters),
      })
      over = true
    },
  }

  /** The call of the gateway's own tool is the text of the answer. */
  function answer() {
    open = 'json-answer'
    answers += 1
    answerIsBlank = true
    say({ type: 'block-start', index, block: { type: 'text' } })
  }

  function answering(text: string) {
    if (text === '') return
    answerIsBlank = false
    characters += text.length
    say({ type: 'block-delta', index, delta: { type: 'text', text } })
  }

  /** Runs one step and gives back what it said; a failure is said last, and ends the stream. */
  function told(step: () => void): readonly ReplyEvent[] {
    if (over) return []
    try {
      step()
    } catch (thrown) {
      over = true
      const error = thrown instanceof TollgateError ? thrown : malformed(String(thrown))
      events.push({ type: 'reply-error', error })
    }
    const said = events
    events = []
    return said
  }

  return {
    read: (chunk) =>
      told(() => {
        const fields = fieldsOf(chunk)
        if (fields === undefined) throw malformed('a chunk that is not an object')
        reported = { ...reported, ...invocationMetrics(fields) }
        refuseFailure(fields)
        read(fields, write)
      }),
    end: () =>
      told(() => {
        ended?.(write)
        if (over) return
        const message = 'The model’s answer ended before it was complete.'
        throw new TollgateError('upstream_error', message)
      }),
  }
}

function written(delta: BlockDelta): number {
  switch (delta.type) {
    case 'text':
    case 'thinking':
      return delta.text.length
    case 'input-json':
      return delta.json.length
    case 'signature':
      return 0
  }
}
