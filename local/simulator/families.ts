/** Every model family the simulator speaks, by the id of the models' body. */
import { claudeMessages } from './claude-messages.ts'
import { claudeText } from './claude-text.ts'
import type { Family } from './family.ts'
import { jurassic } from './jurassic.ts'
import { llama2, llama3, llama4 } from './llama.ts'
import { mistralInstruct } from './mistral-instruct.ts'
import { nova } from './nova.ts'
import { jamba, mistralChat, openaiChat } from './openai-chat.ts'
import { titanText } from './titan-text.ts'

const byId: Readonly<Record<string, Family>> = {
  'titan-text': titanText,
  llama2,
  llama3,
  llama4,
  'claude-text': claudeText,
  'claude-messages': claudeMessages,
  nova,
  nova2: nova,
  'openai-chat': openaiChat,
  'gpt-oss': openaiChat,
  'mistral-instruct': mistralInstruct,
  'mistral-chat': mistralChat,
  jurassic,
  jamba,
}

/** `openai-chat` has variants: `openai-chat-gpt-oss`. */
export const familyOf = (bodyId: string): Family | undefined =>
  Object.hasOwn(byId, bodyId)
    ? byId[bodyId]
    : bodyId.startsWith('openai-chat')
      ? openaiChat
      : undefined
