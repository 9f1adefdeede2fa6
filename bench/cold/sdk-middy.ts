/** What the gateway stands on, and nothing of its own: the SDK's two calls behind middy. */
import { Readable } from 'node:stream'
import {
  BedrockRuntimeClient,
  InvokeModelCommand,
  InvokeModelWithResponseStreamCommand,
} from '@aws-sdk/client-bedrock-runtime'
import middy from '@middy/core'
import { executionModeStreamifyResponse } from '@middy/core/StreamifyResponse'
import httpJsonBodyParser from '@middy/http-json-body-parser'
import { NodeHttpHandler } from '@smithy/node-http-handler'
import { sentAs } from '../question.ts'

const client = new BedrockRuntimeClient({
  region: 'us-east-1',
  maxAttempts: 1,
  requestHandler: new NodeHttpHandler({ connectionTimeout: 1_000, socketTimeout: 0 }),
})

type Asked = { readonly question: string; readonly max_tokens: number; readonly stream: boolean }

async function invoke(event: { body: unknown }) {
  const { question, max_tokens, stream } = event.body as Asked
  const body = JSON.stringify({ prompt: question, max_gen_len: max_tokens })
  const input = { modelId: sentAs, contentType: 'application/json', body }
  if (stream) {
    const output = await client.send(new InvokeModelWithResponseStreamCommand(input))
    return { statusCode: 200, body: Readable.from(output.body ?? []) }
  }
  const output = await client.send(new InvokeModelCommand(input))
  return { statusCode: 200, body: output.body.transformToString() }
}

export const handler = middy<{ body: unknown }, unknown>({
  executionMode: executionModeStreamifyResponse,
  timeoutEarlyInMillis: 0,
})
  .use(httpJsonBodyParser())
  .handler(invoke)
