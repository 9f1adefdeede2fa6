/** What each route is called, and which of the answers it gives. */
import type { JsonObject } from '../core/conversation.ts'
import type { AnswerName } from './answers.ts'

export type Words = {
  readonly operationId: string
  readonly summary: string
  readonly tag: string
  readonly gives: AnswerName
  /** The bare text is given to those who ask for it. */
  readonly plainText?: boolean
  readonly query?: readonly JsonObject[]
}

const native = (operationId: string, summary: string): Words => ({
  operationId,
  summary,
  tag: 'bedrock',
  gives: 'NativeAnswer',
})

const words: Readonly<Record<string, Words>> = {
  'POST /bedrock': {
    operationId: 'ask',
    summary: 'Ask one question',
    tag: 'question',
    gives: 'QuestionAnswer',
    plainText: true,
  },
  'GET /bedrock/{model}': {
    operationId: 'askByPath',
    summary: 'Ask one question from a browser',
    tag: 'question',
    gives: 'QuestionAnswer',
    plainText: true,
    query: [
      {
        name: 'p',
        in: 'query',
        required: true,
        description: 'The question.',
        schema: { type: 'string' },
        example: 'What is a dystopia',
      },
    ],
  },
  'POST /bedrock/{model}': {
    operationId: 'createChatCompletionByPath',
    summary: 'OpenAI Chat Completions, the model taken from the path',
    tag: 'openai',
    gives: 'ChatCompletion',
  },
  'POST /v1/chat/completions': {
    operationId: 'createChatCompletion',
    summary: 'OpenAI Chat Completions',
    tag: 'openai',
    gives: 'ChatCompletion',
  },
  'POST /v1/responses': {
    operationId: 'createResponse',
    summary: 'OpenAI Responses, without a memory',
    tag: 'openai',
    gives: 'Response',
  },
  'POST /v1/embeddings': {
    operationId: 'createEmbeddings',
    summary: 'OpenAI Embeddings',
    tag: 'openai',
    gives: 'EmbeddingList',
  },
  'GET /v1/models': {
    operationId: 'listModels',
    summary: 'The models this key may use',
    tag: 'openai',
    gives: 'ModelList',
  },
  'GET /v1/models/{model}': {
    operationId: 'getModel',
    summary: 'One of the models this key may use',
    tag: 'openai',
    gives: 'Model',
  },
  'POST /v1/messages': {
    operationId: 'createMessage',
    summary: 'Anthropic Messages',
    tag: 'anthropic',
    gives: 'Message',
  },
  'POST /v1/messages/count_tokens': {
    operationId: 'countTokens',
    summary: 'How long a conversation is, before it is sent',
    tag: 'anthropic',
    gives: 'TokenCount',
  },
  'GET /v1/usage': {
    operationId: 'getUsage',
    summary: 'What this key’s team used, its limits and what is left of them',
    tag: 'gateway',
    gives: 'Usage',
  },
  'GET /v1/usage/hours': {
    operationId: 'getUsageHours',
    summary: 'What each hour of this key’s team came to, at most 31 days of them',
    tag: 'gateway',
    gives: 'UsageHours',
    query: [
      {
        name: 'hours',
        in: 'query',
        description: 'The last so many hours, this one included; 24 where nothing is said.',
        schema: { type: 'integer', minimum: 1, maximum: 744 },
      },
      {
        name: 'since',
        in: 'query',
        description: 'In place of that: a date or a moment, the hours since which are told.',
        schema: { type: 'string' },
        example: '2026-11-21T00:00:00Z',
      },
    ],
  },
  'GET /v1/usage/requests': {
    operationId: 'getUsageRequests',
    summary: 'The last requests of this key’s team, newest first, for a day',
    tag: 'gateway',
    gives: 'UsageRequests',
    query: [
      {
        name: 'limit',
        in: 'query',
        description: 'At most so many; 50 where nothing is said.',
        schema: { type: 'integer', minimum: 1, maximum: 128 },
      },
    ],
  },
  'POST /v1/estimate': {
    operationId: 'estimate',
    summary: 'What would happen to a request, without asking a model',
    tag: 'gateway',
    gives: 'Estimate',
  },
  'GET /v1/decisions/{id}': {
    operationId: 'getDecision',
    summary: 'Why a request of this team was refused',
    tag: 'gateway',
    gives: 'Decision',
  },
  'POST /model/{modelId}/invoke': native('invokeModel', 'Bedrock InvokeModel'),
  'POST /model/{modelId}/invoke-with-response-stream': native(
    'invokeModelWithResponseStream',
    'Bedrock InvokeModelWithResponseStream',
  ),
  'POST /model/{modelId}/converse': native('converse', 'Bedrock Converse'),
  'POST /model/{modelId}/converse-stream': native('converseStream', 'Bedrock ConverseStream'),
}

/** A route that has no words here yet is still told of. */
export const wordsOf = (route: string, id: string): Words =>
  words[route] ?? {
    operationId: route.replace(/[^A-Za-z0-9]+/g, '_').replace(/_$/, ''),
    summary: id,
    tag: 'gateway',
    gives: 'AnyAnswer',
  }
