/** OpenAI's chat completions by InvokeModel: gpt-oss, and most open models on Bedrock. */
import type { Body } from '../core/contracts.ts'
import { once } from './once.ts'
import { openaiReply, openaiStream } from './openai-reply.ts'
import { openaiRequest, type Wording } from './openai-request.ts'
import { saidOpenAiChat } from './said-openai-chat.ts'
import { aroundChat } from './surround.ts'

const parameters = { temperature: 'temperature', topP: 'top_p', seed: 'seed', stop: 'stop' }

type Speech = Wording & { readonly tagged?: boolean }

export const chatCompletions = (id: string, { tagged = false, ...wording }: Speech): Body => ({
  id,
  build: (request, model, notice) => openaiRequest(request, model, once(notice), wording),
  parse: saidOpenAiChat,
  surround: aroundChat,
  read: (answer, reported) => openaiReply(answer, reported, { tagged }),
  openStream: () => openaiStream({ tagged }),
})

export const openaiChat = chatCompletions('openai-chat', { maxTokens: 'max_tokens', parameters })

/** AWS, "OpenAI models": the bound has OpenAI's newer name, and reasoning stands in the text. */
export const gptOss = chatCompletions('gpt-oss', {
  maxTokens: 'max_completion_tokens',
  parameters,
  tagged: true,
})
