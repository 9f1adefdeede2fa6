/** Every model family the simulator speaks, by the id of the models' body. */
import { claudeMessages } from './claude-messages.ts'
import { claudeText } from './claude-text.ts'
import type { Family } from './family.ts'
import { llama2, llama3, llama4 } from './llama.ts'
import { nova } from './nova.ts'
import { titanText } from './titan-text.ts'

export const families: ReadonlyMap<string, Family> = new Map(
  Object.entries({
    'titan-text': titanText,
    llama2,
    llama3,
    llama4,
    'claude-text': claudeText,
    'claude-messages': claudeMessages,
    nova,
    nova2: nova,
  }),
)
