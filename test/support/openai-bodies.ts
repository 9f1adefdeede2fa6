/** Bodies of OpenAI chat requests, in as few words as a test needs. */
import { understood } from './openai-chat.ts'

export const hello = { role: 'user', content: 'Hello.' }
export const asking = (fields: object) => ({ model: 'chat', messages: [hello], ...fields })
export const saying = (...messages: readonly unknown[]) => ({ model: 'chat', messages })
export const user = (...content: readonly unknown[]) => saying({ role: 'user', content })

export const png =
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=='
export const image = (url: string, rest = {}) => ({
  type: 'image_url',
  image_url: { url, ...rest },
})
export const pngPart = image(`data:image/png;base64,${png}`)
export const file = (rest: object) => ({ type: 'file', file: rest })
export const clock = { type: 'function', function: { name: 'clock' } }
export const called = (args: unknown, rest = {}) => ({
  role: 'assistant',
  content: null,
  tool_calls: [
    { id: 'c-1', type: 'function', function: { name: 'clock', arguments: args }, ...rest },
  ],
})
export const result = (content: unknown, rest = {}) => ({
  role: 'tool',
  tool_call_id: 'c-1',
  content,
  ...rest,
})

export const messagesOf = (body: unknown) => understood(body).request.messages
export const text = (words: string) => ({ type: 'text', text: words })
