/** Every way callers speak; routes of the API are theirs. */
import type { Dialect } from '../core/dialect.ts'
import { anthropicCountTokens } from './anthropic-count-tokens.ts'
import { anthropicMessages } from './anthropic-messages.ts'
import {
  bedrockConverse,
  bedrockConverseStream,
  bedrockInvoke,
  bedrockInvokeStream,
} from './bedrock-native.ts'
import { decision } from './decision.ts'
import { estimate } from './estimate.ts'
import { openaiChat } from './openai-chat.ts'
import { openaiEmbeddings } from './openai-embeddings.ts'
import { openaiModels } from './openai-models.ts'
import { openaiResponses } from './openai-responses.ts'
import { question } from './question.ts'
import { usage } from './usage.ts'
import { usageHours, usageRequests } from './usage-past.ts'

export const dialects: readonly Dialect[] = [
  question,
  openaiChat,
  openaiResponses,
  openaiEmbeddings,
  openaiModels,
  anthropicMessages,
  anthropicCountTokens,
  bedrockInvoke,
  bedrockInvokeStream,
  bedrockConverse,
  bedrockConverseStream,
  usage,
  usageHours,
  usageRequests,
  estimate,
  decision,
]
