/** Reads a caller's own body for Llama: its prompt back into turns, its images into their place. */
import type { Image, Message, Text } from '../core/conversation.ts'
import type { SaidRequest } from '../core/request.ts'
import { listOf, type Place, readFields, text, wrong } from '../wire/anthropic-fields.ts'
import { amount, bound, invokeFields, needText, saidOf, whole } from './said-fields.ts'
import { askingAfterSystem, headed, instructed, turnsBy } from './said-prompt.ts'

/** How the bytes of each kind begin, in base64: the body does not name the kind. */
const beginnings: Readonly<Record<string, Image['mediaType']>> = {
  iVBORw0KGgo: 'image/png',
  '/9j/': 'image/jpeg',
  R0lGODdh: 'image/gif',
  R0lGODlh: 'image/gif',
  UklGR: 'image/webp',
}

function image(value: unknown, place: Place): Image {
  const data = text(value, place)
  const [, mediaType] = Object.entries(beginnings).find(([start]) => data.startsWith(start)) ?? []
  if (mediaType !== undefined) return { type: 'image', mediaType, data }
  throw wrong(value, place, 'a PNG, JPEG, GIF or WebP image in base64')
}

const fields = {
  ...invokeFields,
  prompt: text,
  images: listOf(image),
  max_gen_len: bound,
  temperature: amount,
  top_p: amount,
}

const llama = (turns: (prompt: string) => readonly Message[]) =>
  function saidLlama(body: unknown): SaidRequest {
    const read = readFields(body, whole, fields)
    const { images = [], max_gen_len: maxTokens, temperature, top_p: topP } = read
    const messages = withImages(turns(needText(read.prompt, 'prompt')), images)
    return saidOf(messages, { maxTokens, temperature, topP })
  }

export const saidLlama2 = llama(turnsBy(instructed(' </s>', askingAfterSystem)))

export const saidLlama3 = llama(
  turnsBy(headed('<|begin_of_text|>', ['<|start_header_id|>', '<|end_header_id|>'], '<|eot_id|>')),
)

export const saidLlama4 = llama(
  turnsBy(headed('<|begin_of_text|>', ['<|header_start|>', '<|header_end|>'], '<|eot|>')),
)

/** Meta, "Llama 3.2 prompt format": a marker before a user's words stands for the next image. */
const marker = '<|image|>'

/** Images that no marker stands for are of the last thing a user says. */
function withImages(messages: readonly Message[], images: readonly Image[]): readonly Message[] {
  if (images.length === 0) return messages
  const left = [...images]
  const last = messages.findLastIndex(({ role }) => role === 'user')
  const shown = messages.map((message, at): Message => {
    if (message.role !== 'user') return message
    const [own, words] = marked(message.content[0] as Text, left)
    const rest = at === last ? left.splice(0) : []
    return { role: 'user', content: [...own, ...rest, words] }
  })
  return left.length === 0 ? shown : [...shown, { role: 'user', content: left }]
}

function marked(words: Text, left: Image[]): readonly [readonly Image[], Text] {
  const own: Image[] = []
  let { text } = words
  while (text.startsWith(marker)) {
    const next = left.shift()
    if (next === undefined) break
    own.push(next)
    text = text.slice(marker.length)
  }
  return [own, { type: 'text', text }]
}
