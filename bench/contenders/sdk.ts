/** The bare SDK call: one client, one command, the options the gateway has; bundled as it is. */
import {
  BedrockRuntimeClient,
  InvokeModelCommand,
  InvokeModelWithResponseStreamCommand,
} from '@aws-sdk/client-bedrock-runtime'
import { NodeHttpHandler } from '@smithy/node-http-handler'
import { bedrockBody, sentAs } from '../question.ts'
import { type Ask, type Contender, require } from './contender.ts'

const client = new BedrockRuntimeClient({
  region: 'us-east-1',
  maxAttempts: 1,
  requestHandler: new NodeHttpHandler({ connectionTimeout: 1_000, socketTimeout: 0 }),
})

export const sdk: Contender = ({ bytes, stream, chunks }) => {
  const input = {
    modelId: sentAs,
    contentType: 'application/json',
    accept: 'application/json',
    body: bedrockBody(bytes),
  }
  const whole: Ask = async () => {
    await client.send(new InvokeModelCommand(input))
    return performance.now()
  }
  const streamed: Ask = async () => {
    const { body = [] } = await client.send(new InvokeModelWithResponseStreamCommand(input))
    let firstByte: number | undefined
    let count = 0
    for await (const { chunk } of body) {
      firstByte ??= performance.now()
      if (chunk?.bytes !== undefined) count += 1
    }
    require(count === chunks, `${count} chunks of ${chunks}`)
    return firstByte ?? Number.NaN
  }
  return stream ? streamed : whole
}
