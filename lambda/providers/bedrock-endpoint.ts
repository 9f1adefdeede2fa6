/** One signed request to Bedrock Runtime, and what it answers: bytes, or the exception it names. */
import type { IncomingMessage } from 'node:http'
import { credentials } from '../aws/credentials.ts'
import { bytesOf, post } from '../aws/post.ts'
import { encodedSegment, signed } from '../aws/signature.ts'
import type { Target } from '../core/contracts.ts'

export type Operation =
  | 'invoke'
  | 'invoke-with-response-stream'
  | 'converse'
  | 'converse-stream'
  | 'count-tokens'

/** Bedrock's refusal, in its own words. */
export class BedrockException extends Error {
  /** Of an exception inside a stream there is none. */
  readonly status: number | undefined
  /** Seconds. */
  readonly retryAfter: number | undefined

  constructor(name: string, message: string, status?: number, retryAfter?: number) {
    super(message)
    this.name = name
    this.status = status
    this.retryAfter = retryAfter
  }
}

export type Asked = {
  readonly operation: Operation
  readonly body: Uint8Array
  readonly headers: Readonly<Record<string, string>>
  readonly signal: AbortSignal
}

/** Resolves with the answer's status and headers; its body is still to come. */
export const ask = (target: Target, asked: Asked): Promise<IncomingMessage> =>
  answered(target, asked).catch(unanswered)

/** No model had begun to answer when this was thrown. */
function unanswered(thrown: unknown): never {
  throw thrown instanceof Error ? Object.assign(thrown, { unanswered: true }) : thrown
}

async function answered(target: Target, asked: Asked): Promise<IncomingMessage> {
  const { operation, body, headers, signal } = asked
  const base = baseOf(target)
  const path = `${base.pathname.replace(/\/$/, '')}/model/${encodedSegment(target.modelId)}/${operation}`
  const unsigned = { host: base.host, path, body, headers: { ...jsonType, ...headers } }
  const ready = signed(
    unsigned,
    { service: 'bedrock', region: target.region },
    await credentials(),
    Date.now(),
  )
  const url = new URL(path, base)
  const answer = await post({ url, headers: ready, body, signal })
  if (answer.statusCode !== 200) throw await exceptionOf(answer)
  return answer
}

const jsonType = { 'content-type': 'application/json' }

const bases = new Map<string, URL>()

/** The configuration's address of the region, else the environment's, else AWS's own. */
function baseOf({ region, endpoint }: Target): URL {
  const known = bases.get(region)
  if (known !== undefined) return known
  const suffix = region.startsWith('cn-') ? 'amazonaws.com.cn' : 'amazonaws.com'
  const own = `https://bedrock-runtime.${region}.${suffix}`
  const base = new URL(endpoint ?? process.env.AWS_ENDPOINT_URL_BEDROCK_RUNTIME ?? own)
  bases.set(region, base)
  return base
}

async function exceptionOf(answer: IncomingMessage): Promise<BedrockException> {
  const { statusCode, headers } = answer
  const said = spoken((await bytesOf(answer)).toString())
  const type = String(headers['x-amzn-errortype'] ?? said.__type ?? '')
  const name = type.split(':')[0]?.split('#').at(-1) || `HTTP${statusCode}`
  const after = Number(headers['retry-after'])
  const message = String(said.message ?? said.Message ?? '')
  return new BedrockException(name, message, statusCode, after > 0 ? after : undefined)
}

/** A proxy's page of HTML says nothing. */
function spoken(text: string): Readonly<Record<string, unknown>> {
  try {
    const said: unknown = JSON.parse(text)
    return typeof said === 'object' && said !== null ? { ...said } : {}
  } catch {
    return {}
  }
}
