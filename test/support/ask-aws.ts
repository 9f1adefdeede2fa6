/** An AWS service asked by one signed POST, without a second try. */
import { signed } from '../../lambda/aws/signature.ts'

export type Said = {
  readonly status: number
  // biome-ignore lint/suspicious/noExplicitAny: an answer is JSON of AWS's making
  readonly body: any
}

const credentials = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret' }
const targets = { dynamodb: 'DynamoDB_20120810', events: 'AWSEvents' }

/** Rejects where there is no answer, or none in time. */
export async function ask(
  url: string,
  operation: string,
  input: object,
  { service = 'dynamodb' as keyof typeof targets, signal = AbortSignal.timeout(10_000) } = {},
): Promise<Said> {
  const address = new URL(url)
  const body = Buffer.from(JSON.stringify(input))
  const headers = {
    'content-type': 'application/x-amz-json-1.0',
    'x-amz-target': `${targets[service]}.${operation}`,
  }
  const unsigned = { host: address.host, path: '/', headers, body }
  const scope = { service, region: 'us-east-1' }
  const ready = signed(unsigned, scope, credentials, Date.now())
  const answer = await fetch(address, { method: 'POST', headers: ready, body, signal })
  return { status: answer.status, body: await answer.json() }
}
