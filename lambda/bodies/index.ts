/** Every way a model family is spoken to on Bedrock. */
import type { Body, EmbeddingBody } from '../core/contracts.ts'
import { claudeMessages } from './claude-messages.ts'
import { claudeText } from './claude-text.ts'
import { cohereEmbed3, cohereEmbed4 } from './cohere-embed.ts'
import { converse } from './converse.ts'
import { jamba } from './jamba.ts'
import { jurassic } from './jurassic.ts'
import { llama2, llama3, llama4 } from './llama.ts'
import { mistralChat } from './mistral-chat.ts'
import { mistralInstruct } from './mistral-instruct.ts'
import { nova1, nova2 } from './nova.ts'
import { novaEmbed } from './nova-embed.ts'
import { gptOss, openaiChat } from './openai-chat.ts'
import { titanEmbed1, titanEmbed2 } from './titan-embed.ts'
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
  converse,
  openaiChat,
  gptOss,
  mistralInstruct,
  mistralChat,
  jurassic,
  jamba,
]

export const embeddingBodies: readonly EmbeddingBody[] = [
  titanEmbed1,
  titanEmbed2,
  cohereEmbed3,
  cohereEmbed4,
  novaEmbed,
]
