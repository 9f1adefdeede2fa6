/** The playground's question as other clients would ask it; the key is in the environment, in no line. */
import { keyVariable } from '../cli/connect/clients.ts'

export type Question = {
  readonly url: string
  readonly model: string
  readonly system: string
  readonly prompt: string
  readonly mostTokens: number
}

export type Way = { readonly title: string; readonly lines: (question: Question) => string }

/** A text as JavaScript writes it. */
const quoted = (text: string): string => JSON.stringify(text)

/** POSIX shell: nothing in single quotes means anything but a single quote. */
const shell = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`

const messagesOf = ({ system, prompt }: Question) => [
  ...(system === '' ? [] : [{ role: 'system', content: system }]),
  { role: 'user', content: prompt },
]

const systemLine = ({ system }: Question, written: (text: string) => string): readonly string[] =>
  system === '' ? [] : [`  system: ${written(system)},`]

const curl = (question: Question): string => {
  const { url, model, mostTokens } = question
  const body = { model, max_tokens: mostTokens, messages: messagesOf(question), stream: true }
  return [
    `curl -N ${url}/v1/chat/completions \\`,
    `  -H "x-api-key: $${keyVariable}" \\`,
    '  -H "content-type: application/json" \\',
    `  -d ${shell(JSON.stringify(body, null, 2))}`,
  ].join('\n')
}

const openai = (question: Question): string =>
  [
    "import OpenAI from 'openai'",
    '',
    `const client = new OpenAI({ baseURL: ${quoted(`${question.url}/v1`)}, apiKey: process.env.${keyVariable} })`,
    'const stream = await client.chat.completions.create({',
    `  model: ${quoted(question.model)},`,
    `  max_tokens: ${question.mostTokens},`,
    '  messages: [',
    ...messagesOf(question).map(
      ({ role, content }) => `    { role: '${role}', content: ${quoted(content)} },`,
    ),
    '  ],',
    '  stream: true,',
    '})',
    "for await (const { choices } of stream) process.stdout.write(choices[0]?.delta.content ?? '')",
  ].join('\n')

const anthropic = (question: Question): string =>
  [
    "import Anthropic from '@anthropic-ai/sdk'",
    '',
    `const client = new Anthropic({ baseURL: ${quoted(question.url)}, apiKey: process.env.${keyVariable} })`,
    'const stream = client.messages.stream({',
    `  model: ${quoted(question.model)},`,
    `  max_tokens: ${question.mostTokens},`,
    ...systemLine(question, quoted),
    `  messages: [{ role: 'user', content: ${quoted(question.prompt)} }],`,
    '})',
    "stream.on('text', (text) => process.stdout.write(text))",
    'await stream.finalMessage()',
  ].join('\n')

const aws = (question: Question): string =>
  [
    "import { BedrockRuntimeClient, ConverseStreamCommand } from '@aws-sdk/client-bedrock-runtime'",
    '',
    'const client = new BedrockRuntimeClient({',
    "  region: 'us-east-1',",
    `  endpoint: ${quoted(question.url)},`,
    `  token: { token: process.env.${keyVariable} },`,
    "  authSchemePreference: ['httpBearerAuth'],",
    '})',
    'const { stream } = await client.send(new ConverseStreamCommand({',
    `  modelId: ${quoted(question.model)},`,
    ...systemLine(question, (text) => `[{ text: ${quoted(text)} }]`),
    `  messages: [{ role: 'user', content: [{ text: ${quoted(question.prompt)} }] }],`,
    `  inferenceConfig: { maxTokens: ${question.mostTokens} },`,
    '}))',
    "for await (const { contentBlockDelta } of stream) process.stdout.write(contentBlockDelta?.delta?.text ?? '')",
  ].join('\n')

export const ways: readonly Way[] = [
  { title: 'curl', lines: curl },
  { title: 'OpenAI SDK', lines: openai },
  { title: 'Anthropic SDK', lines: anthropic },
  { title: 'AWS SDK', lines: aws },
]
