/** What was asked and what was answered, as texts for a log: bounded, without secrets, and without media. */
import type { AssistantBlock, Message, ToolResult, UserBlock } from './conversation.ts'
import { redacted } from './log-secrets.ts'
import type { ReplyEvent } from './reply.ts'

/**
 * Bytes of each as the line has it. CloudWatch Logs, "Quotas": an event had 256 KB at most until
 * 2025, which both together stay below.
 */
export const mostBytes = 32_768

/** Ends a text that was longer. */
export const cutMark = '… [cut]'

type Said = { readonly role: Message['role']; readonly text: string }

/** JSON of the latest messages that fit, oldest first; a first entry tells how many are left out. */
export function promptText(messages: readonly Message[]): string {
  const told: Said[] = []
  let room = mostBytes - 200
  for (const [index, message] of messages.toReversed().entries()) {
    const whole = { role: message.role, text: message.content.map(blockText).join('\n') }
    const said = { ...whole, text: fitted(whole.text, room, (text) => ({ ...whole, text })) }
    room -= written(said)
    if (room < 0 && index > 0) {
      const left = messages.length - index
      told.push({ role: 'system', text: `[${left} earlier ${left === 1 ? 'one' : 'ones'} cut]` })
      break
    }
    told.push(said)
  }
  return JSON.stringify(told.reverse())
}

/** Of texts that are embedded. */
export const inputsText = (inputs: readonly string[]): string =>
  promptText(inputs.map((text) => ({ role: 'user', content: [{ type: 'text', text }] })))

/** As a JSON text within a JSON text. */
const written = (value: unknown): number => Buffer.byteLength(JSON.stringify(JSON.stringify(value)))

/** The longest beginning of a text that is written in so many bytes, within what `as` makes of it. */
function fitted(text: string, most: number, as: (text: string) => unknown): string {
  let length = Math.min(text.length, mostBytes)
  for (;;) {
    const cut = length < text.length
    const told = redacted(text, length) + (cut ? cutMark : '')
    const size = written(as(told))
    if (size <= most || length === 0) return told
    length = Math.min(length - 1, Math.floor((length * Math.max(0, most - 40)) / size))
  }
}

function blockText(block: UserBlock | AssistantBlock): string {
  switch (block.type) {
    case 'text':
      return block.text
    case 'image':
    case 'document':
      return `[${block.type} ${block.mediaType}]`
    case 'tool-call':
      return callText(block.name, JSON.stringify(block.input))
    case 'tool-result':
      return resultText(block)
    case 'thinking':
    case 'redacted-thinking':
      return '[thinking]'
  }
}

const resultText = ({ content }: ToolResult): string => content.map(blockText).join('\n')

const callText = (name: string, input: string): string => `${name}(${input})`

/** Sees an answer's events as they pass; holds no more of it than is told. */
export function openAnswerText() {
  let text = ''
  let called = false
  const add = (more: string) => {
    if (text.length <= 2 * mostBytes) text += more
  }
  return {
    see(event: ReplyEvent): void {
      if (event.type === 'block-start') {
        called = event.block.type === 'tool-call'
        if (text !== '' && (called || event.block.type === 'text')) add('\n')
        if (event.block.type === 'tool-call') add(`${event.block.name}(`)
      } else if (event.type === 'block-delta') {
        if (event.delta.type === 'text') add(event.delta.text)
        if (event.delta.type === 'input-json') add(event.delta.json)
      } else if (event.type === 'block-end' && called) {
        called = false
        add(')')
      }
    },
    text: (): string => fitted(text, mostBytes, (told) => told),
  }
}
