/** AI21 Jamba: chat completions without tools and seed. */
import { chatCompletions } from './openai-chat.ts'

/** AWS, "AI21 Labs Jamba models". */
export const jamba = chatCompletions('jamba', {
  maxTokens: 'max_tokens',
  parameters: { temperature: 'temperature', topP: 'top_p', stop: 'stop' },
})
