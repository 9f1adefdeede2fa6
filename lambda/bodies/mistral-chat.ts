/** Mistral's own chat completions, of Pixtral Large: no seed, and no tool that is forced by name. */
import type { Body } from '../core/contracts.ts'
import { chatCompletions } from './openai-chat.ts'
import { saidMistralChat } from './said-mistral-chat.ts'

/** AWS, "Mistral AI chat completion". */
export const mistralChat: Body = {
  ...chatCompletions('mistral-chat', {
    maxTokens: 'max_tokens',
    parameters: { temperature: 'temperature', topP: 'top_p', stop: 'stop' },
    forced: 'any',
    parallel: false,
  }),
  parse: saidMistralChat,
}
