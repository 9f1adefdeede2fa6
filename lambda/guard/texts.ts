/** Everything a model will read of a call, and what Kong would look at of it. */
import type { Call } from '../core/contracts.ts'
import type { Document, Json, Message } from '../core/conversation.ts'
import type { ChatRequest } from '../core/request.ts'
import type { GuardConfig } from '../core/rules-config.ts'
import { textsOfBody, textsOfJson } from './json-texts.ts'

/** What is asked, without what surrounds it. */
export type Asked = Pick<Call, 'request' | 'native'> & Pick<Call, 'task'>

type Block = Message['content'][number]

export type Texts = {
  /** Each by itself. */
  readonly texts: readonly string[]
  /** Where one goes over into the next of the same turn: without a gap, and with a blank. */
  readonly seams: readonly string[]
}

const isEmbedding = (
  request: Call['request'],
): request is Extract<Call, { task: 'embed' }>['request'] => 'inputs' in request

export function everythingRead({ request, native }: Asked): Texts {
  const { texts, seams } = isEmbedding(request)
    ? { texts: request.inputs, seams: [] }
    : conversationTexts(request)
  if (native === undefined) return { texts, seams }
  const known = new Set(texts)
  const more = textsOfBody(JSON.parse(native.body) as Json).filter((text) => !known.has(text))
  return { texts: [...texts, ...new Set(more)], seams }
}

function conversationTexts(request: ChatRequest): Texts {
  const { messages, tools, output, sampling, toolChoice } = request
  const turns = turnsOf(messages)
  const texts = turns.flat()
  for (const { name, description, input } of tools) {
    texts.push(name, ...(description === undefined ? [] : [description]), ...textsOfJson(input))
  }
  if (output?.type === 'json-schema') {
    const { name, description = '', schema } = output
    texts.push(name, description, ...textsOfJson(schema))
  }
  if (toolChoice?.type === 'tool') texts.push(toolChoice.name)
  texts.push(...(sampling.stop ?? []))
  return { texts, seams: turns.flatMap(seamsOf) }
}

/** What one role says in a row reaches a model as one turn. */
function turnsOf(messages: readonly Message[]): string[][] {
  const turns: string[][] = []
  let last: Message['role'] | undefined
  for (const { role, content } of messages) {
    if (role !== last) turns.push([])
    last = role
    for (const block of content as readonly Block[]) turns.at(-1)?.push(...textsOfBlock(block))
  }
  return turns
}

function textsOfBlock(block: Block): readonly string[] {
  switch (block.type) {
    case 'text':
    case 'thinking':
      return [block.text]
    case 'document':
      return textsOfDocument(block)
    case 'tool-call':
      return [block.name, ...textsOfJson(block.input)]
    case 'tool-result':
      return block.content.flatMap(textsOfBlock)
    case 'image':
    case 'redacted-thinking':
      return []
  }
}

function textsOfDocument({ name = '', mediaType, data }: Document): readonly string[] {
  const isText = /^text\/|[/+](json|xml)$/.test(mediaType)
  return [name, ...(isText ? [Buffer.from(data, 'base64').toString()] : [])]
}

/** As much of both sides of a seam as is looked at, in UTF-16 units. */
const seamSide = 256

/** The middle of a long text is no seam. */
const ends = (text: string): string =>
  text.length <= 2 * seamSide ? text : `${text.slice(0, seamSide)}\n${text.slice(-seamSide)}`

function seamsOf(parts: readonly string[]): readonly string[] {
  if (parts.length < 2) return []
  const sides = parts.map((part) => ends(part.replaceAll('\n', '\r')))
  return [sides.join(''), sides.join(' ')]
}

type Told = { readonly role: string; readonly texts: readonly string[] }

/** A tool's result is a message of its own in the API that Kong reads. */
function toldBy({ role, content }: Message): readonly Told[] {
  const blocks = content as readonly Block[]
  const results = blocks.filter((block) => block.type === 'tool-result')
  const own = blocks.filter((block) => block.type !== 'tool-result')
  return [
    ...results.map((result) => ({ role: 'tool', texts: textsOfBlock(result) })),
    ...(own.length > 0 ? [{ role, texts: own.flatMap(textsOfBlock) }] : []),
  ]
}

/**
 * What its users wrote themselves, the newest first, as one text; of vectors, each input. What is
 * allowed is allowed by these words alone.
 */
export function usersTexts({ request }: Asked): readonly string[] {
  if (isEmbedding(request)) return request.inputs
  const texts = request.messages
    .toReversed()
    .flatMap(({ role, content }) =>
      role === 'user'
        ? content.flatMap((block) => (block.type === 'text' ? [block.text] : []))
        : [],
    )
  return [texts.join(' ')]
}

export const isKongs = (config: GuardConfig): boolean =>
  config.match_all_roles !== undefined || config.allow_all_conversation_history !== undefined

/**
 * Kong, `guard-prompt.lua`: from the last message to the first, joined by a blank; with the
 * conversation's history allowed, the last one alone.
 */
export function kongsText({ request }: Asked, config: GuardConfig): string {
  if (isEmbedding(request)) return request.inputs.toReversed().join(' ')
  const all = config.match_all_roles === true
  const told = request.messages
    .flatMap(toldBy)
    .filter(({ role }) => all || role === 'user')
    .toReversed()
  const looked = config.allow_all_conversation_history === true ? told.slice(0, 1) : told
  return looked.flatMap(({ texts }) => texts).join(' ')
}
