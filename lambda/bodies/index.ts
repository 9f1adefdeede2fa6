/** Every way a model family is spoken to on Bedrock. */
import type { Body } from '../core/contracts.ts'
import { claudeMessages } from './claude-messages.ts'
import { claudeText } from './claude-text.ts'
import { llama2, llama3, llama4 } from './llama.ts'
import { nova1, nova2 } from './nova.ts'
import { titanText } from './titan-text.ts'

export const bodies: readonly Body[] = [
  titanText,
  llama2,
  llama3,
  llama4,
  claudeText,
  claudeMessages,
  nova1,
  nova2,
]
