/** Reads the text of a secret from AWS Secrets Manager, with the function's own rights. */

import { bytesOf, post } from '../net/post.ts'
import { environmentCredentials } from './environment.ts'
import { type Credentials, signed } from './signature.ts'

const service = 'secretsmanager'

/** Of each try; the first of an environment also opens a connection, which the second may need longer for. */
const patienceMs = [300, 1_000]

/** On one machine without credentials, where whoever answers for AWS looks at no signature. */
const nobody: Credentials = { accessKeyId: 'nobody', secretAccessKey: 'nobody' }

const headers = {
  'content-type': 'application/x-amz-json-1.1',
  'x-amz-target': `${service}.GetSecretValue`,
}

/** It was answered, and another try would be answered alike. */
export class Refused extends Error {}

/** `name` is the secret's name or its ARN; rejects with no more than AWS's name of what was wrong. */
export async function secretText(name: string): Promise<string> {
  let failure: unknown
  for (const ms of patienceMs) {
    try {
      return await asked(name, AbortSignal.timeout(ms))
    } catch (error) {
      if (error instanceof Refused) throw error
      failure = error
    }
  }
  throw failure
}

async function asked(name: string, signal: AbortSignal): Promise<string> {
  const region = process.env.AWS_REGION ?? ''
  const url = endpointIn(region)
  const body = Buffer.from(JSON.stringify({ SecretId: name }))
  const ready = signed(
    { host: url.host, path: url.pathname, headers, body },
    { service, region },
    environmentCredentials() ?? nobody,
    Date.now(),
  )
  const answer = await post({ url, headers: ready, body, signal })
  const status = answer.statusCode ?? 0
  const { SecretString, __type } = said((await bytesOf(answer)).toString())
  if (status >= 500) throw new Error(`HTTP${status}`)
  if (status !== 200)
    throw new Refused(
      String(__type ?? `HTTP${status}`)
        .split('#')
        .at(-1),
    )
  if (typeof SecretString !== 'string') throw new Refused('it holds no text.')
  return SecretString
}

/** What cannot be read is told by nobody: a parser's own words would repeat it. */
function said(text: string): Readonly<Record<string, unknown>> {
  try {
    return Object(JSON.parse(text))
  } catch {
    return {}
  }
}

function endpointIn(region: string): URL {
  const suffix = region.startsWith('cn-') ? 'amazonaws.com.cn' : 'amazonaws.com'
  const own = `https://${service}.${region}.${suffix}`
  return new URL(process.env.AWS_ENDPOINT_URL_SECRETS_MANAGER ?? own)
}
