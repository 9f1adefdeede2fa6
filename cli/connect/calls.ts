/** One real call as each client would make it, and where its answer says something. */
import { type ClientName, mostTokens, question } from './clients.ts'

export type Call = {
  readonly path: (model: string) => string
  readonly headers: (key: string) => Readonly<Record<string, string>>
  readonly body: (model: string) => object
  /** The text in an answer of this dialect. */
  readonly said: (answer: Answer) => string | undefined
}

type Text = { readonly text?: string }

/** What answers may have, of all dialects together. */
export type Answer = {
  readonly answer?: string
  readonly choices?: readonly { readonly message?: { readonly content?: string } }[]
  readonly content?: readonly Text[]
  readonly output?:
    | { readonly message?: { readonly content?: readonly Text[] } }
    | readonly { readonly content?: readonly Text[] }[]
}

const bearer = (key: string) => ({ authorization: `Bearer ${key}` })
const messages = [{ role: 'user', content: question }]
const joined = (parts: readonly Text[] | undefined): string | undefined =>
  parts?.map(({ text = '' }) => text).join('')

const chat: Call = {
  path: () => '/v1/chat/completions',
  headers: bearer,
  body: (model) => ({ model, max_tokens: mostTokens, messages }),
  said: ({ choices }) => choices?.[0]?.message?.content,
}

const messagesCall: Call = {
  path: () => '/v1/messages',
  headers: (key) => ({ 'x-api-key': key, 'anthropic-version': '2023-06-01' }),
  body: (model) => ({ model, max_tokens: mostTokens, messages }),
  said: ({ content }) => joined(content),
}

const converse: Call = {
  path: (model) => `/model/${encodeURIComponent(model)}/converse`,
  headers: bearer,
  body: () => ({
    messages: [{ role: 'user', content: [{ text: question }] }],
    inferenceConfig: { maxTokens: mostTokens },
  }),
  said: ({ output }) =>
    output !== undefined && 'message' in output ? joined(output.message?.content) : undefined,
}

export const calls: Readonly<Record<ClientName, Call>> = {
  curl: {
    path: () => '/bedrock',
    headers: (key) => ({ 'x-api-key': key }),
    body: (model) => ({ model, question, max_tokens: mostTokens }),
    said: ({ answer }) => answer,
  },
  openai: chat,
  anthropic: messagesCall,
  'aws-sdk': converse,
  boto3: converse,
  'claude-code': { ...messagesCall, path: () => '/v1/messages?beta=true', headers: bearer },
  codex: {
    path: () => '/v1/responses',
    headers: bearer,
    body: (model) => ({ model, input: question, max_output_tokens: mostTokens, store: false }),
    said: ({ output }) =>
      output !== undefined && 'length' in output
        ? joined(output.flatMap(({ content = [] }) => content))
        : undefined,
  },
}
