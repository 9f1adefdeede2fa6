/** Where a guardrail of Bedrock's intervened, an answer of any family ends as filtered. */
import type { ReportedUsage, StreamReader, TargetedChat } from '../core/contracts.ts'
import { TollgateError } from '../core/errors.ts'
import { withPrompt } from '../core/estimate.ts'
import { guardrailFor } from '../core/guardrail.ts'
import type { Reply, ReplyEvent, Usage } from '../core/reply.ts'
import { isGuardrailHeader } from './bedrock-guardrail.ts'

type Fields = Readonly<Record<string, unknown>>
const fieldsOf = (value: unknown): Fields =>
  typeof value === 'object' && value !== null ? (value as Fields) : {}

/**
 * AWS, InvokeModel: a field beside the family's own; of a stream in one chunk, Claude's in
 * `message_stop` or within `message_start`. Converse has a reason to stop for it.
 */
function intervened(said: unknown): boolean {
  const fields = fieldsOf(said)
  return [fields, fieldsOf(fields.message), fieldsOf(fields.messageStop)].some(
    (each) =>
      each['amazon-bedrock-guardrailAction'] === 'INTERVENED' ||
      each.stopReason === 'guardrail_intervened',
  )
}

const filtered = { reason: 'filtered' } as const
const counted = (call: TargetedChat) => call.record.measure({ GuardrailInterventions: 1 })

/**
 * Where the input was blocked no model was asked, and none is paid for ("How charges are calculated
 * for Amazon Bedrock Guardrails"): there a count of nothing is true.
 */
export const billed = (usage: Usage, sentBytes: number, judged: boolean): Usage =>
  judged && usage.guessed === undefined ? usage : withPrompt(usage, sentBytes)

/** A whole answer; `sentBytes`: of the request. */
export function readAnswer(
  call: TargetedChat,
  said: unknown,
  reported: ReportedUsage,
  sentBytes: number,
): Reply {
  const judged = intervened(said)
  const read = judged ? blocked(call, said, reported) : call.body.read(said, reported)
  return { ...read, usage: billed(read.usage, sentBytes, judged) }
}

/** The operator's message may stand in a body that lacks what a model's own answer has. */
function blocked(call: TargetedChat, said: unknown, reported: ReportedUsage): Reply {
  counted(call)
  try {
    return { ...call.body.read(said, reported), stop: filtered }
  } catch (thrown) {
    if (!(thrown instanceof TollgateError)) throw thrown
    const text = textsIn(said).join('')
    const content = text === '' ? [] : [{ type: 'text', text } as const]
    return { content, stop: filtered, usage: toldBy(reported) }
  }
}

const nothing = { input: 0, cacheRead: 0, cacheWrite5m: 0, cacheWrite1h: 0, output: 0 }

const toldBy = ({ input, output = 0 }: ReportedUsage): Usage =>
  input === undefined ? { ...nothing, output, guessed: 'all' } : { ...nothing, input, output }

/** The families' names for what is said. */
const spoken = ['text', 'completion', 'generation', 'outputText', 'content']

function textsIn(said: unknown): readonly string[] {
  if (Array.isArray(said)) return said.flatMap(textsIn)
  return Object.entries(fieldsOf(said)).flatMap(([name, value]) => {
    if (name.startsWith('amazon-bedrock-') || name === 'trace') return []
    if (typeof value === 'string') return spoken.includes(name) ? [value] : []
    return textsIn(value)
  })
}

export type JudgedReader = StreamReader & {
  /** A guardrail intervened, as far as has been told. */
  readonly judged: () => boolean
  /** What was held back, where the connection breaks. */
  readonly rest: () => readonly ReplyEvent[]
}

/** A stream's own end is held back where a guardrail may still say after it that it intervened. */
export function judgedReader(call: TargetedChat): JudgedReader {
  const reader = call.body.openStream()
  const holds = guardrailFor(call) !== undefined || bringsItsOwn(call)
  let judged = false
  let held: ReplyEvent | undefined
  /** What the family's reader had no word for, or could not read. */
  let unread = ''
  let gaveUp = false
  let [started, open, blocks] = [false, false, 0]

  function told(events: readonly ReplyEvent[], chunk?: unknown): readonly ReplyEvent[] {
    const said = events.some(({ type }) => type === 'block-delta')
    if (judged && !said) unread += textsIn(chunk).join('')
    return events.flatMap((event): readonly ReplyEvent[] => {
      switch (event.type) {
        case 'reply-start':
          started = true
          return [event]
        case 'block-start':
          open = true
          blocks += 1
          return [event]
        case 'block-end':
          open = false
          return [event]
        case 'reply-end':
          held = event
          return holds ? [] : rest()
        case 'reply-error':
          if (!judged) return [event]
          gaveUp = true
          return []
        default:
          return [event]
      }
    })
  }

  function rest(): readonly ReplyEvent[] {
    const end = held ?? (gaveUp ? inItsPlace : undefined)
    held = undefined
    if (end?.type !== 'reply-end') return []
    return judged ? [...missing(), { ...end, stop: filtered }] : [end]
  }

  /** What makes a whole answer of one that its reader gave up, or saw nothing in. */
  function missing(): readonly ReplyEvent[] {
    if (!gaveUp && blocks > 0) return []
    const block = { type: 'text' } as const
    const delta = { type: 'text', text: unread } as const
    return [
      ...(started ? [] : [{ type: 'reply-start' } as const]),
      ...(open ? [{ type: 'block-end', index: blocks - 1 } as const] : []),
      ...(unread === ''
        ? []
        : [
            { type: 'block-start', index: blocks, block } as const,
            { type: 'block-delta', index: blocks, delta } as const,
            { type: 'block-end', index: blocks } as const,
          ]),
    ]
  }

  return {
    read(chunk) {
      if (!judged && intervened(chunk)) {
        judged = true
        counted(call)
      }
      return told(reader.read(chunk), chunk)
    },
    end: () => [...told(reader.end()), ...rest()],
    judged: () => judged,
    rest,
  }
}

const inItsPlace: ReplyEvent = { type: 'reply-end', stop: filtered, usage: toldBy({}) }

const bringsItsOwn = ({ native }: TargetedChat): boolean =>
  Object.keys(native?.headers ?? {}).some(isGuardrailHeader)
