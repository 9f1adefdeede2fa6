/** What each client is told so that it finds the gateway: lines to copy, for the terminal and the console’s page. */

/** Where, and which model, by the name a caller uses. */
export type Place = { readonly url: string; readonly model: string }

export type Lines = {
  /** What they are for: `In the shell`. */
  readonly where: string
  readonly language: 'sh' | 'js' | 'python' | 'toml'
  readonly text: string
}

export type Client = {
  /** As a person would say it. */
  readonly title: string
  readonly lines: (place: Place) => readonly Lines[]
}

/** Keys are in the environment, under this name; no line has one in it. */
export const keyVariable = 'TOLLGATE_KEY'
export const question = 'What is a dystopia?'
/** Of the answer. */
export const mostTokens = 100

const key = `"$${keyVariable}"`
const shell = (...lines: readonly string[]): Lines => ({
  where: 'In the shell',
  language: 'sh',
  text: lines.join('\n'),
})
const js = (text: string): Lines => ({ where: 'In JavaScript', language: 'js', text })
const python = (text: string): Lines => ({ where: 'In Python', language: 'python', text })

export const clients = {
  curl: {
    title: 'curl',
    lines: ({ url, model }) => [
      shell(
        `curl ${url}/bedrock \\`,
        `  -H "x-api-key: $${keyVariable}" \\`,
        '  -H "content-type: application/json" \\',
        `  -d '${JSON.stringify({ model, question, max_tokens: mostTokens })}'`,
      ),
    ],
  },
  openai: {
    title: 'the OpenAI SDKs',
    lines: ({ url, model }) => [
      shell(`export OPENAI_BASE_URL=${url}/v1`, `export OPENAI_API_KEY=${key}`),
      js(`import OpenAI from 'openai'

const client = new OpenAI()
const completion = await client.chat.completions.create({
  model: '${model}',
  max_tokens: ${mostTokens},
  messages: [{ role: 'user', content: '${question}' }],
})
console.log(completion.choices[0].message.content)`),
      python(`from openai import OpenAI

client = OpenAI()
completion = client.chat.completions.create(
    model="${model}",
    max_tokens=${mostTokens},
    messages=[{"role": "user", "content": "${question}"}],
)
print(completion.choices[0].message.content)`),
    ],
  },
  anthropic: {
    title: 'the Anthropic SDKs',
    lines: ({ url, model }) => [
      shell(`export ANTHROPIC_BASE_URL=${url}`, `export ANTHROPIC_API_KEY=${key}`),
      js(`import Anthropic from '@anthropic-ai/sdk'

const client = new Anthropic()
const message = await client.messages.create({
  model: '${model}',
  max_tokens: ${mostTokens},
  messages: [{ role: 'user', content: '${question}' }],
})
console.log(message.content[0].text)`),
      python(`from anthropic import Anthropic

client = Anthropic()
message = client.messages.create(
    model="${model}",
    max_tokens=${mostTokens},
    messages=[{"role": "user", "content": "${question}"}],
)
print(message.content[0].text)`),
    ],
  },
  'aws-sdk': {
    title: 'the AWS SDK for JavaScript',
    lines: ({ url, model }) => [
      js(`import { BedrockRuntimeClient, ConverseCommand } from '@aws-sdk/client-bedrock-runtime'

const client = new BedrockRuntimeClient({
  region: 'us-east-1',
  endpoint: '${url}',
  token: { token: process.env.${keyVariable} },
  authSchemePreference: ['httpBearerAuth'],
})
const { output } = await client.send(
  new ConverseCommand({
    modelId: '${model}',
    messages: [{ role: 'user', content: [{ text: '${question}' }] }],
    inferenceConfig: { maxTokens: ${mostTokens} },
  }),
)
console.log(output.message.content[0].text)`),
    ],
  },
  boto3: {
    title: 'boto3, 1.39 or later',
    lines: ({ url, model }) => [
      shell(
        `export AWS_ENDPOINT_URL_BEDROCK_RUNTIME=${url}`,
        `export AWS_BEARER_TOKEN_BEDROCK=${key}`,
      ),
      python(`import boto3

client = boto3.client("bedrock-runtime", region_name="us-east-1")
answer = client.converse(
    modelId="${model}",
    messages=[{"role": "user", "content": [{"text": "${question}"}]}],
    inferenceConfig={"maxTokens": ${mostTokens}},
)
print(answer["output"]["message"]["content"][0]["text"])`),
    ],
  },
  'claude-code': {
    title: 'Claude Code',
    lines: ({ url, model }) => [
      shell(
        `export ANTHROPIC_BASE_URL=${url}`,
        `export ANTHROPIC_AUTH_TOKEN=${key}`,
        `export ANTHROPIC_MODEL=${model}`,
        `export ANTHROPIC_DEFAULT_HAIKU_MODEL=${model}`,
        'claude',
      ),
    ],
  },
  codex: {
    title: 'Codex',
    lines: ({ url, model }) => [
      {
        where: 'In ~/.codex/config.toml',
        language: 'toml',
        text: `model = "${model}"
model_provider = "tollgate"
web_search = "disabled"

[model_providers.tollgate]
name = "Tollgate"
base_url = "${url}/v1"
env_key = "${keyVariable}"
wire_api = "responses"`,
      },
    ],
  },
} as const satisfies Record<string, Client>

export type ClientName = keyof typeof clients

export const clientNames = Object.keys(clients) as readonly ClientName[]

export const linesFor = (client: ClientName, place: Place): readonly Lines[] =>
  clients[client].lines(place)
