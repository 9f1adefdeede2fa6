/** Reads `system` and `messages`: who said what, in the order it was said. */
import type { Message, SystemMessage } from '../core/conversation.ts'
import { assistantContent, systemContent, userContent } from './anthropic-blocks.ts'
import {
  listOf,
  need,
  objectOf,
  type Reader,
  readFields,
  refused,
  within,
  wrong,
} from './anthropic-fields.ts'
import { faced, listFace, needing, shape, toldApart } from './schema.ts'

/** Blank words are no system message. */
export const readSystem: Reader<readonly SystemMessage[]> = faced(
  needing(systemContent),
  (value, place) => {
    const content = systemContent(value, place)
    const said = content.some(({ text }) => text.trim() !== '')
    return said ? [{ role: 'system', content }] : []
  },
)

const contentOf = <T>(value: unknown, place: Parameters<Reader<T>>[1], content: Reader<T>): T =>
  need(readFields(value, place, { content }).content, place, 'content', 'a string or blocks')

/** Anthropic takes system messages in their place, too (its SDK from 1.0 on). */
const systemFields = {
  content: systemContent,
  clear_at: refused(
    'system messages stay in the conversation; send it only as long as it holds.',
    (value) => value === 'never',
  ),
  output_config: refused('cannot change within a conversation; set it for the request.'),
}

const roles: Readonly<Record<string, Reader<Message>>> = {
  user: faced(shape({ content: userContent }, 'content'), (value, place) => ({
    role: 'user',
    content: contentOf(value, place, userContent),
  })),
  assistant: faced(shape({ content: assistantContent }, 'content'), (value, place) => ({
    role: 'assistant',
    content: contentOf(value, place, assistantContent),
  })),
  system: faced(shape(systemFields, 'content'), (value, place) => {
    const { content } = readFields(value, place, systemFields)
    return { role: 'system', content: need(content, place, 'content', 'a string or text blocks') }
  }),
}

const readMessage: Reader<Message> = faced(toldApart('role', roles), (value, place) => {
  const { role, ...fields } = objectOf(value, place)
  const reader = typeof role === 'string' && Object.hasOwn(roles, role) ? roles[role] : undefined
  if (reader === undefined) throw wrong(role, within(place, 'role'), 'user, assistant or system')
  return reader(fields, place)
})

const messageList = listOf(readMessage, 'a list of messages')

export const readMessages: Reader<readonly Message[]> = faced(
  listFace(readMessage, { minItems: 1 }),
  (value, place) => {
    const messages = messageList(value, place)
    if (messages.length === 0) throw wrong(value, place, 'at least one message')
    return messages
  },
)
