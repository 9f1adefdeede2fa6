/** The simulated Bedrock takes the labels of a request, keeps them, and refuses wrong ones. */
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type Simulator, startSimulator } from '../local/simulator/index.ts'

let simulator: Simulator
beforeAll(async () => {
  simulator = await startSimulator({ region: 'us-east-1' })
})
afterAll(() => simulator.close())

const converseBody = {
  messages: [{ role: 'user', content: [{ text: 'Hi' }] }],
  inferenceConfig: { maxTokens: 20 },
}
const header = 'x-amzn-bedrock-request-metadata'
const signature = `AWS4-HMAC-SHA256 Credential=AKIAME/20261121/us-east-1/bedrock/aws4_request, SignedHeaders=host;x-amz-date, Signature=${'0'.repeat(64)}`

async function post(operation: string, body: object, more: Record<string, string> = {}) {
  const answer = await fetch(`${simulator.url}/model/amazon.nova-lite-v1:0/${operation}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: signature, ...more },
    body: JSON.stringify(body),
  })
  return { status: answer.status, text: await answer.text(), kept: simulator.requests.at(-1) }
}

const ways = {
  'in the header of InvokeModel': (said: unknown) =>
    post('invoke', converseBody, { [header]: JSON.stringify(said) }),
  'in the header of InvokeModelWithResponseStream': (said: unknown) =>
    post('invoke-with-response-stream', converseBody, { [header]: JSON.stringify(said) }),
  'in the body of Converse': (said: unknown) =>
    post('converse', { ...converseBody, requestMetadata: said }),
  'in the body of ConverseStream': (said: unknown) =>
    post('converse-stream', { ...converseBody, requestMetadata: said }),
}

const many = Object.fromEntries(Array.from({ length: 17 }, (_, index) => [`k${index}`, 'v']))

it.each(Object.entries(ways))('%s', async (_, say) => {
  const labels = { team: 'demo', 'a:b_@$#=/+,.-': '' }
  const { status, kept } = await say(labels)
  expect([status, kept?.requestMetadata, kept?.accessKeyId]).toEqual([200, labels, 'AKIAME'])
  for (const wrong of [many, { a: '{}' }, { a: 'é' }, { '': 'x' }, { a: 1 }, 'team', ['team']]) {
    const refused = await say(wrong)
    expect([wrong, refused.status]).toEqual([wrong, 400])
    expect(refused.kept?.requestMetadata).toEqual(wrong)
  }
})

it('not at all', async () => {
  const { status, kept } = await post('invoke', converseBody, { authorization: 'Bearer key' })
  expect(status).toBe(200)
  expect(kept).not.toHaveProperty('requestMetadata')
  expect(kept).not.toHaveProperty('accessKeyId')
})

it('nor where a header is no JSON', async () => {
  const { status, text } = await post('invoke', converseBody, { [header]: 'team=demo' })
  expect([status, text]).toEqual([400, expect.stringContaining('requestMetadata')])
})
