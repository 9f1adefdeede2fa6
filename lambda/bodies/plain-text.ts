/** For families whose whole request is one text: each message as its words, or a clear refusal. */
import type { Notice } from '../core/contracts.ts'
import type { AssistantBlock, Message, UserBlock } from '../core/conversation.ts'
import { TollgateError } from '../core/errors.ts'
import type { Model } from '../core/model.ts'
import type { FittedRequest } from '../core/request.ts'
import { asUserText, leading, merged, movedSystem } from './turns.ts'

export type Words = { readonly role: Message['role']; readonly text: string }

type Block = UserBlock | AssistantBlock
type Unspoken = Exclude<Block['type'], 'text' | 'thinking' | 'redacted-thinking'>

const names: Readonly<Record<Unspoken, string>> = {
  image: 'images',
  document: 'documents',
  'tool-call': 'tool calls',
  'tool-result': 'tool results',
}

export function wordsOf(request: FittedRequest, model: Model, notice: Notice): readonly Words[] {
  const { messages, tools, thinking, output } = request
  if (tools.length > 0) throw refusal(model, 'tools', 'tools')
  if (output !== undefined) throw refusal(model, 'JSON schemas', 'response_format')
  if (thinking !== undefined && thinking.type !== 'off') {
    notice(`thinking: left out; ${model.name} does not think aloud`)
  }
  const blocks = messages.flatMap(({ content }) => content as readonly Block[])
  if (blocks.some((block) => 'cache' in block && block.cache !== undefined)) {
    notice(`cache points: left out; ${model.name} has no prompt cache`)
  }
  if (blocks.some(({ type }) => type === 'thinking' || type === 'redacted-thinking')) {
    notice(`earlier thinking: left out; ${model.name} does not take it back`)
  }
  return messages.map(({ role, content }, at) => ({
    role,
    text: content
      .flatMap((block, part) => spoken(block, model, `messages[${at}].content[${part}]`))
      .join('\n'),
  }))
}

function spoken(block: Block, model: Model, param: string): readonly string[] {
  switch (block.type) {
    case 'text':
      return [block.text]
    case 'thinking':
    case 'redacted-thinking':
      return []
    default:
      throw refusal(model, names[block.type], param)
  }
}

function refusal(model: Model, things: string, param: string): TollgateError {
  const message = `${model.name} takes text only, no ${things}; a Claude or Nova model can: ${param}`
  return new TollgateError('unsupported_parameter', message, { param })
}

/** One system text, and user and assistant strictly in turn. */
export function alternatingWords(
  words: readonly Words[],
  notice: Notice,
): { readonly system: string; readonly turns: readonly Words[] } {
  const [first, rest] = leading(words)
  if (rest.some(({ role }) => role === 'system')) notice(movedSystem)
  const turns = rest.map(
    ({ role, text }): Words =>
      role === 'system' ? { role: 'user', text: asUserText(text) } : { role, text },
  )
  return { system: textOf(first), turns: merged(turns, joined) }
}

const textOf = (words: readonly Words[]): string => words.map(({ text }) => text).join('\n')

const joined = (neighbours: readonly Words[]): Words => ({
  role: neighbours[0]?.role ?? 'user',
  text: textOf(neighbours),
})
