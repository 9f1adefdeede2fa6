/** Chat completions: the whole answer, and the chunks that tell it piece by piece. */
import type { Told } from './answer.ts'
import type { Chunk, Family } from './family.ts'
import { type Piece, piecesOf } from './tokens.ts'

/** Always the same, so that the same question has the same answer. */
const created = 1_790_000_000

type StopField = 'finish_reason' | 'stop_reason'

export function chatAnswers(stopField: StopField): Pick<Family, 'whole' | 'stream'> {
  const choice = (content: object, reason: string | null) => ({
    index: 0,
    ...content,
    [stopField]: reason,
  })

  function whole(told: Told) {
    const { calls, stopWord } = told
    const content = contentOf(told)
    const message = {
      role: 'assistant',
      content: content === '' && calls.length > 0 ? null : content,
      ...(calls.length > 0 && { tool_calls: calls.map(toolCall) }),
    }
    const { usage } = told
    return {
      ...head(told, 'chat.completion'),
      choices: [choice({ message }, stopWord)],
      usage: {
        prompt_tokens: usage.input,
        completion_tokens: usage.output,
        total_tokens: usage.input + usage.output,
      },
    }
  }

  function stream(told: Told): readonly Chunk[] {
    const chunk = (delta: object, tokens = 0, reason: string | null = null): Chunk => ({
      json: { ...head(told, 'chat.completion.chunk'), choices: [choice({ delta }, reason)] },
      tokens,
    })
    return [
      chunk({ role: 'assistant', content: '' }),
      ...contentPieces(told).map(({ text, tokens }) => chunk({ content: text }, tokens)),
      ...callDeltas(told).map(([delta, tokens]) => chunk(delta, tokens)),
      chunk({}, 0, told.stopWord),
    ]
  }

  return { whole, stream }
}

const head = ({ id, model }: Told, object: string) => ({
  id: `chatcmpl-${id}`,
  object,
  created,
  model: model.id,
})

/** AWS, "OpenAI models": on InvokeModel, reasoning comes in tags before the text. */
const opened = '<reasoning>'
const closed = '</reasoning>'

const contentOf = ({ thinking, text }: Told): string =>
  thinking === undefined ? text : `${opened}${thinking.text}${closed}${text}`

function contentPieces({ thinking, text }: Told): readonly Piece[] {
  const tag = (words: string): Piece => ({ text: words, tokens: 0 })
  const thoughts = thinking && [tag(opened), ...piecesOf(thinking.text), tag(closed)]
  return [...(thoughts ?? []), ...piecesOf(text)]
}

const toolCall = ({ id, name, input }: Told['calls'][number]) => ({
  id: `call_${id}`,
  type: 'function',
  function: { name, arguments: JSON.stringify(input) },
})

/** A call is named once, then its arguments follow. */
const callDeltas = ({ calls }: Told): readonly (readonly [delta: object, tokens: number])[] =>
  calls.flatMap(function deltas(call, index) {
    const whole = toolCall(call)
    const named = { ...whole, function: { name: call.name, arguments: '' } }
    const pieces = piecesOf(whole.function.arguments)
    const first = [{ tool_calls: [{ index, ...named }] }, 0] as const
    const rest = pieces.map(
      ({ text, tokens }) =>
        [{ tool_calls: [{ index, function: { arguments: text } }] }, tokens] as const,
    )
    return [first, ...rest]
  })
