/** Reads what is said in Converse's words, which Nova's own body shares: system and messages. */
import type {
  AssistantBlock,
  CachePoint,
  Message,
  Text,
  ToolResult,
  UserBlock,
} from '../core/conversation.ts'
import {
  listOf,
  need,
  objectOf,
  oneOf,
  type Place,
  type Reader,
  readFields,
  text,
  within,
  word,
  wrong,
} from '../wire/anthropic-fields.ts'
import {
  noFilm,
  noSound,
  readCited,
  readDocument,
  readGuarded,
  readImage,
  readSearchResult,
  textsOf,
} from './said-converse-media.ts'
import { given } from './said-fields.ts'

type Mark = { readonly type: 'mark'; readonly cache: CachePoint }

const markFields = { type: oneOf('default'), ttl: oneOf('5m', '1h') }

/** Five minutes is Converse's default. */
export const readMark: Reader<readonly Mark[]> = (value, place) => {
  const { ttl = '5m' } = readFields(value, place, markFields)
  return [{ type: 'mark', cache: { ttl } }]
}

/** A union, of which one member is there. */
export const oneKind =
  <T>(kinds: Readonly<Record<string, Reader<readonly T[] | undefined>>>): Reader<readonly T[]> =>
  (value, place) => {
    const [found, ...others] = Object.values(readFields(value, place, kinds))
    if (found !== undefined && others.length === 0) return found
    throw wrong(value, place, `one of ${Object.keys(kinds).join(', ')}`)
  }

const takesMark = (block: object): boolean =>
  !('type' in block) || (block.type !== 'thinking' && block.type !== 'redacted-thinking')

/** A mark is of what stands before it. */
export function marked<Block extends object>(
  pieces: readonly (Block | Mark)[],
  place: Place,
): readonly Block[] {
  const blocks: Block[] = []
  for (const piece of pieces) {
    if (!isMark(piece)) blocks.push(piece)
    else {
      const at = blocks.findLastIndex(takesMark)
      const block = blocks[at]
      if (block === undefined) throw wrong('a cachePoint first', place, 'something before it')
      blocks[at] = { ...block, cache: piece.cache }
    }
  }
  return blocks
}

const isMark = (piece: object): piece is Mark => 'type' in piece && piece.type === 'mark'

const words: Reader<readonly Text[]> = (value, place) => textsOf([text(value, place)])

/** As the model reads it. An empty object is how no content is written. */
const json: Reader<readonly Text[]> = (value, place) => {
  let written: string
  try {
    written = JSON.stringify(value)
  } catch {
    throw wrong(value, place, 'JSON of fewer levels')
  }
  return written === '{}' ? [] : textsOf([written])
}

const part = oneKind<ToolResult['content'][number]>({
  text: words,
  json,
  image: readImage,
  document: readDocument,
  searchResult: readSearchResult,
  video: noFilm,
})

const resultFields = {
  toolUseId: word,
  content: listOf(part),
  status: oneOf('success', 'error'),
}

const result: Reader<readonly ToolResult[]> = (value, place) => {
  const { toolUseId, content = [], status } = readFields(value, place, resultFields)
  const callId = need(toolUseId, place, 'toolUseId', 'the id of the call')
  return [{ type: 'tool-result', callId, content: content.flat(), failed: status === 'error' }]
}

const callFields = { toolUseId: word, name: word, input: objectOf }

const call: Reader<readonly AssistantBlock[]> = (value, place) => {
  const { toolUseId, name, input } = readFields(value, place, callFields)
  return [
    {
      type: 'tool-call',
      id: need(toolUseId, place, 'toolUseId', 'the id of the call'),
      name: need(name, place, 'name', 'the name of the tool'),
      input: need(input, place, 'input', 'an object'),
    },
  ]
}

const thought: Reader<readonly AssistantBlock[]> = (value, place) => {
  const read = readFields(value, place, { text, signature: text })
  const signature = read.signature === '' ? undefined : read.signature
  return [{ type: 'thinking', text: read.text ?? '', ...given({ signature }) }]
}

const redacted: Reader<readonly AssistantBlock[]> = (value, place) => [
  { type: 'redacted-thinking', data: text(value, place) },
]

export const readSystem: Reader<readonly Message[]> = (value, place) => {
  const kinds = { text: words, guardContent: onlyText, cachePoint: readMark }
  const content = marked(listOf(oneKind<Text | Mark>(kinds))(value, place).flat(), place)
  return content.length === 0 ? [] : [{ role: 'system', content }]
}

const onlyText: Reader<readonly Text[]> = (value, place) =>
  readGuarded(value, place).map((block) => {
    if (block.type === 'text') return block
    throw wrong(block, place, 'text')
  })

const userBlock = oneKind<UserBlock | Mark>({
  text: words,
  image: readImage,
  document: readDocument,
  toolResult: result,
  guardContent: readGuarded,
  searchResult: readSearchResult,
  cachePoint: readMark,
  audio: noSound,
  video: noFilm,
})

const assistantBlock = oneKind<AssistantBlock | Mark>({
  text: words,
  toolUse: call,
  reasoningContent: oneKind({ reasoningText: thought, redactedContent: redacted }),
  citationsContent: readCited,
  guardContent: onlyText,
  cachePoint: readMark,
})

const messageFields = { role: oneOf('user', 'assistant'), content: (value: unknown) => value }

const readMessage: Reader<Message> = (value, place) => {
  const { role, content } = readFields(value, place, messageFields)
  const at = within(place, 'content')
  if (need(role, place, 'role', 'user or assistant') === 'user') {
    return { role: 'user', content: marked(listOf(userBlock)(content, at).flat(), at) }
  }
  return { role: 'assistant', content: marked(listOf(assistantBlock)(content, at).flat(), at) }
}

export const readMessages: Reader<readonly Message[]> = listOf(readMessage, 'a list of messages')
