/** How tests speak to a simulated Bedrock: the AWS SDK as it is, or bare HTTP. */
import {
  BedrockRuntimeClient,
  ConverseCommand,
  type ConverseCommandInput,
  ConverseStreamCommand,
  type ConverseStreamOutput,
  InvokeModelCommand,
  InvokeModelWithResponseStreamCommand,
} from '@aws-sdk/client-bedrock-runtime'
import { NodeHttpHandler } from '@smithy/node-http-handler'
import type { Model } from '../lambda/core/model.ts'
import { modelById } from '../lambda/models/index.ts'

/** The SDK chooses HTTP/2 by itself. */
export const handlers = { 'HTTP/2': undefined, 'HTTP/1.1': () => new NodeHttpHandler() } as const
export type HandlerName = keyof typeof handlers

export function sdkClient(endpoint: string, region = 'us-east-1', handler: HandlerName = 'HTTP/2') {
  const requestHandler = handlers[handler]?.()
  return new BedrockRuntimeClient({
    region,
    endpoint,
    credentials: { accessKeyId: 'AKIASIMULATED', secretAccessKey: 'simulated' },
    maxAttempts: 1,
    ...(requestHandler && { requestHandler }),
  })
}

export type JsonRecord = Record<string, unknown>

export async function invokeWhole(client: BedrockRuntimeClient, modelId: string, body: unknown) {
  const answer = await client.send(
    new InvokeModelCommand({
      modelId,
      contentType: 'application/json',
      body: JSON.stringify(body),
    }),
  )
  return JSON.parse(new TextDecoder().decode(answer.body)) as JsonRecord
}

export async function invokeStream(client: BedrockRuntimeClient, modelId: string, body: unknown) {
  const command = { modelId, contentType: 'application/json', body: JSON.stringify(body) }
  const answer = await client.send(new InvokeModelWithResponseStreamCommand(command))
  const chunks: JsonRecord[] = []
  for await (const event of answer.body ?? []) {
    chunks.push(JSON.parse(new TextDecoder().decode(event.chunk?.bytes)) as JsonRecord)
  }
  return chunks
}

export const post = (
  base: string,
  modelId: string,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
  operation = 'invoke',
) =>
  fetch(`${base}/model/${encodeURIComponent(modelId)}/${operation}`, {
    method: 'POST',
    headers: {
      authorization: 'Bearer simulated',
      'content-type': 'application/json',
      ...headers,
    },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  })

export const errorType = ({ headers }: Response) =>
  (headers.get('x-amzn-errortype') ?? '').split(':')[0]

const claude = (content: unknown) => ({
  anthropic_version: 'bedrock-2023-05-31',
  max_tokens: 300,
  messages: [{ role: 'user', content }],
})

const llama3 = (text: string) =>
  `<|begin_of_text|><|start_header_id|>user<|end_header_id|>\n\n${text}<|eot_id|>` +
  '<|start_header_id|>assistant<|end_header_id|>\n\n'

const llama4 = (text: string) =>
  `<|begin_of_text|><|header_start|>user<|header_end|>\n\n${text}<|eot|>` +
  '<|header_start|>assistant<|header_end|>\n\n'

const chat = (content: string) => ({ messages: [{ role: 'user', content }] })

const nova = (text: string) => ({ messages: [{ role: 'user', content: [{ text }] }] })

/** The least a family takes, by the id of its body. */
export const minimalBodies: Readonly<Record<string, (text: string) => JsonRecord>> = {
  'titan-text': (text) => ({ inputText: `User: ${text}\nBot:` }),
  llama2: (text) => ({ prompt: `<s>[INST] ${text} [/INST]` }),
  llama3: (text) => ({ prompt: llama3(text) }),
  llama4: (text) => ({ prompt: llama4(text) }),
  'claude-text': (text) => ({
    prompt: `\n\nHuman: ${text}\n\nAssistant:`,
    max_tokens_to_sample: 300,
  }),
  'claude-messages': claude,
  nova,
  nova2: nova,
  'openai-chat': chat,
  'mistral-chat': chat,
  'mistral-instruct': (text) => ({ prompt: `<s>[INST] ${text} [/INST]` }),
  jurassic: (prompt) => ({ prompt }),
  jamba: chat,
}

/** Of a body's variants, `openai-chat-…`, the one they vary. */
export const familyName = ({ body }: Model): string =>
  body.id.replace(/^(openai-chat.*|gpt-oss)$/, 'openai-chat')

/** Models whose own body InvokeModel takes. */
export const isInvoked = ({ body }: Model): boolean =>
  body.via !== 'converse' && body.id !== 'converse'

export function minimalBody(model: Model, text: string): JsonRecord {
  const body = minimalBodies[familyName(model)]
  if (body === undefined) throw new Error(`No minimal body for '${model.body.id}'`)
  return body(text)
}

export function modelNamed(id: string): Model {
  const model = modelById.get(id)
  if (model === undefined) throw new Error(`The catalogue has no '${id}'`)
  return model
}

type Readers = Readonly<Record<string, (json: JsonRecord) => unknown>>
type Anything = { [key: string]: Anything } & { [index: number]: Anything } & (string | undefined)
const at = (json: JsonRecord) => json as unknown as Anything

const llamaText = (json: JsonRecord) => json.generation
const chatText = (json: JsonRecord) => at(json).choices?.[0]?.message?.content
const mistralText = (json: JsonRecord) => at(json).outputs?.[0]?.text
const novaText = (json: JsonRecord) => at(json).output?.message?.content?.[0]?.text

/** The text of a whole answer. */
export const wholeTexts: Readers = {
  'titan-text': (json) => at(json).results?.[0]?.outputText,
  llama2: llamaText,
  llama3: llamaText,
  llama4: llamaText,
  'claude-text': (json) => json.completion,
  'claude-messages': (json) => at(json).content?.[0]?.text,
  nova: novaText,
  nova2: novaText,
  'openai-chat': chatText,
  'mistral-chat': chatText,
  'mistral-instruct': mistralText,
  jurassic: (json) => at(json).completions?.[0]?.data?.text,
  jamba: chatText,
}

const chatDelta = (json: JsonRecord) => at(json).choices?.[0]?.delta?.content
const novaDelta = (json: JsonRecord) => at(json).contentBlockDelta?.delta?.text

/** The text of one chunk of a stream. */
export const chunkTexts: Readers = {
  'titan-text': (json) => json.outputText,
  llama2: llamaText,
  llama3: llamaText,
  llama4: llamaText,
  'claude-text': (json) => json.completion,
  'claude-messages': (json) => at(json).delta?.text,
  nova: novaDelta,
  nova2: novaDelta,
  'openai-chat': chatDelta,
  'mistral-chat': chatDelta,
  'mistral-instruct': mistralText,
  jurassic: () => '',
  jamba: chatDelta,
}

type Converse = ConverseCommandInput

export const converseWhole = (client: BedrockRuntimeClient, modelId: string, body: object) =>
  client.send(new ConverseCommand({ modelId, ...body } as Converse))

/** Every event but the padding the SDK does not show. */
export async function converseStream(client: BedrockRuntimeClient, modelId: string, body: object) {
  const answer = await client.send(new ConverseStreamCommand({ modelId, ...body } as Converse))
  const events: ConverseStreamOutput[] = []
  for await (const event of answer.stream ?? []) events.push(event)
  return events
}
