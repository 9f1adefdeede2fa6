/** What is asked: one prompt of any size, as Bedrock takes it and as a REST API hands it to Lambda. */
import type { APIGatewayProxyEvent, Context } from 'aws-lambda'

export const model = 'meta.llama3-3-70b-instruct-v1:0'
export const sentAs = `us.${model}`
const maxTokens = 512

/** A model whose first attempts fail now and then: seldom enough that no breaker opens. */
export const firstAttempts = { model: 'meta.llama3-1-8b-instruct-v1:0', each: 4 } as const

/** Has what prompts have: line ends and quotes, which JSON escapes, and a letter beyond ASCII. */
const paragraph =
  'Tell me, please, what a “dystopia” is, and why people read about one.\n' +
  'My teacher said "it warns us", my sister that it is a cliché; who of them is right, and when?\n'

/** A text of about `bytes` bytes once it stands in JSON. */
export function promptOf(bytes: number): string {
  const size = Buffer.byteLength(JSON.stringify(paragraph)) - 2
  const times = Math.floor(bytes / size)
  return paragraph.repeat(times) + 'x'.repeat(bytes - times * size)
}

/** The body as Llama takes it. */
export const bedrockBody = (bytes: number): string =>
  JSON.stringify({ prompt: promptOf(bytes), max_gen_len: maxTokens })

/** A call of `POST /bedrock`, as API Gateway's proxy integration sends it. */
export function restEvent(
  bytes: number,
  stream: boolean,
  team = 'platform',
  asked: string = model,
): APIGatewayProxyEvent {
  const question = promptOf(bytes)
  const body = JSON.stringify({ model: asked, question, max_tokens: maxTokens, stream })
  const headers = {
    Accept: '*/*',
    'content-type': 'application/json',
    Host: 'a1b2c3d4e5.execute-api.us-east-1.amazonaws.com',
    'User-Agent': 'curl/8.11.1',
    'X-Amzn-Trace-Id': 'Root=1-67a1b2c3-0123456789abcdef01234567',
    'X-Forwarded-For': '203.0.113.7',
    'X-Forwarded-Port': '443',
    'X-Forwarded-Proto': 'https',
  }
  const multiValueHeaders = Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, [value]]),
  )
  return {
    resource: '/bedrock',
    path: '/bedrock',
    httpMethod: 'POST',
    headers,
    multiValueHeaders,
    queryStringParameters: null,
    multiValueQueryStringParameters: null,
    pathParameters: null,
    stageVariables: null,
    requestContext: requestContext(team),
    body: Buffer.from(body).toString('base64'),
    isBase64Encoded: true,
  }
}

const requestContext = (team: string) =>
  ({
    accountId: '123456789012',
    apiId: 'a1b2c3d4e5',
    authorizer: { team, keyId: 'k1b2c3d4', principalId: team },
    httpMethod: 'POST',
    identity: { apiKeyId: 'a1b2c3', sourceIp: '203.0.113.7', userAgent: 'curl/8.11.1' },
    path: '/v1/bedrock',
    protocol: 'HTTP/1.1',
    requestId: '0d9a6a3e-2f0c-4d3b-9b1e-5f4f9f7a1c11',
    requestTimeEpoch: 1_767_225_600_000,
    resourceId: 'r1s2t3',
    resourcePath: '/bedrock',
    stage: 'v1',
  }) as unknown as APIGatewayProxyEvent['requestContext']

export const lambdaContext = {
  awsRequestId: '7c1e6f52-93a1-4a57-9ad6-0c3a1f2f9d11',
  functionName: 'tollgate',
  functionVersion: '$LATEST',
  memoryLimitInMB: '512',
  getRemainingTimeInMillis: () => 900_000,
} as Context
