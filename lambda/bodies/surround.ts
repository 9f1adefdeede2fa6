/** Puts messages around those of a caller's own body, in its family's words; all else stays as it is. */
import type { Around } from '../core/contracts.ts'
import type { Json, JsonObject, Message, Text } from '../core/conversation.ts'
import { asUserText, leading } from './turns.ts'

type Surround = (body: JsonObject, around: Around) => JsonObject

/** How a family writes. */
type Words = {
  readonly part: (text: string) => JsonObject
  readonly content: (texts: readonly string[]) => Json
}

type Turn = { readonly fields: JsonObject; readonly ours: boolean }

/** The system stands in a list of its own, before all messages. */
const withSystemApart =
  (words: Words): Surround =>
  (body, { prepend, append }) => {
    const [system, before] = leading(prepend)
    const told = system.flatMap(textsOf).map(words.part)
    const around = [...before.map(turnOf(words)), ...turnsOf(body), ...append.map(turnOf(words))]
    return {
      ...body,
      ...(told.length > 0 && { system: [...told, ...partsOf(body.system, words)] }),
      messages: joined(around, words),
    }
  }

/** The system is the first of the messages. */
const withSystemAmong =
  (words: Words): Surround =>
  (body, { prepend, append }) => {
    const [system, before] = leading(prepend)
    const [theirs, rest] = leading(turnsOf(body).map((turn) => ({ ...turn, role: roleOf(turn) })))
    const texts = system.flatMap(textsOf)
    const fields = { role: 'system', content: words.content(texts) }
    const told = texts.length === 0 ? [] : [{ fields, ours: true }]
    const around = [...before.map(turnOf(words)), ...rest, ...append.map(turnOf(words))]
    return { ...body, messages: joined([...told, ...theirs, ...around], words) }
  }

const turnsOf = ({ messages }: JsonObject): readonly Turn[] =>
  Array.isArray(messages) ? messages.map((fields: JsonObject) => ({ fields, ours: false })) : []

/** As where a request is built: a later system message stays in its place as user text. */
const turnOf =
  ({ content }: Words) =>
  (message: Message): Turn => {
    const texts = textsOf(message)
    const fields =
      message.role === 'system'
        ? { role: 'user', content: content(texts.map(asUserText)) }
        : { role: message.role, content: content(texts) }
    return { fields, ours: true }
  }

/** Two turns of one role in a row are one, where one of them is ours; a caller's are the caller's. */
function joined(turns: readonly Turn[], words: Words): readonly JsonObject[] {
  const done: Turn[] = []
  for (const turn of turns) {
    const last = done.at(-1)
    if (last === undefined || !areOne(last, turn)) done.push(turn)
    else done[done.length - 1] = { fields: both(last, turn, words), ours: last.ours && turn.ours }
  }
  return done.map(({ fields }) => fields)
}

const areOne = (one: Turn, other: Turn): boolean =>
  one.fields.role === other.fields.role && (one.ours || other.ours)

function both({ fields: one }: Turn, { fields: other }: Turn, words: Words): JsonObject {
  const texts = [one.content, other.content]
  const content = texts.every((text) => typeof text === 'string')
    ? words.content(texts)
    : texts.flatMap((text) => partsOf(text, words))
  return { ...one, ...other, content }
}

const textsOf = ({ content }: Message): readonly string[] =>
  (content as readonly Text[]).map(({ text }) => text)

/** Blank text is none: Claude and Nova refuse it. */
const partsOf = (content: Json | undefined, { part }: Words): readonly Json[] => {
  if (Array.isArray(content)) return content
  return typeof content === 'string' && content.trim() !== '' ? [part(content)] : []
}

/** `developer` is OpenAI's newer name of the system. */
const roleOf = ({ fields: { role } }: Turn): Message['role'] =>
  role === 'developer' ? 'system' : (role as Message['role'])

const typed = (text: string): JsonObject => ({ type: 'text', text })
const bare = (text: string): JsonObject => ({ text })

export const aroundClaude = withSystemApart({ part: typed, content: (texts) => texts.map(typed) })

/** Nova's own body has Converse's words. */
export const aroundConverse = withSystemApart({ part: bare, content: (texts) => texts.map(bare) })

/** Text alone goes as one string, which every model's template takes. */
export const aroundChat = withSystemAmong({ part: typed, content: (texts) => texts.join('\n') })
