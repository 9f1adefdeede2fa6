/** Reads a caller's own Mistral chat completion, whose word for a forced tool is `any`. */
import type { SaidRequest } from '../core/request.ts'
import { objectOf, within, wrong } from '../wire/anthropic-fields.ts'
import { whole } from './said-fields.ts'
import { saidOpenAiChat } from './said-openai-chat.ts'

/** AWS, "Mistral AI chat completion": `"tool_choice": "auto"|"any"|"none"`. */
export function saidMistralChat(body: unknown): SaidRequest {
  const said = objectOf(body, whole)
  if (said.tool_choice !== 'any') return saidOpenAiChat(said)
  if (!Array.isArray(said.tools) || said.tools.length === 0) {
    throw wrong('any', within(whole, 'tool_choice'), 'tools to choose from')
  }
  return saidOpenAiChat({ ...said, tool_choice: 'required' })
}
