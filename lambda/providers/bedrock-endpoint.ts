/** One signed request to Bedrock Runtime, and what it answers: bytes, or the exception it names. */
import type { IncomingMessage } from 'node:http'
import { RoleFailure } from '../aws/assumed-role.ts'
import { credentials } from '../aws/credentials.ts'
import { type Credentials, signed, type Unsigned } from '../aws/signature.ts'
import type { BedrockTarget, Deadline } from '../core/contracts.ts'
import { bytesOf, postOnce } from '../net/post.ts'
import { addressOf } from './bedrock-address.ts'
import { type Guarded, guarded, isGuardrailHeader, named } from './bedrock-guardrail.ts'
import { cloudflareHeaders, refusedByCloudflare, type Through } from './cloudflare.ts'
import { labelled } from './request-metadata.ts'

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
  readonly body: Buffer
  readonly headers: Readonly<Record<string, string>>
  readonly deadline: Pick<Deadline, 'signal' | 'fresh'>
  /** In place of the target's, for an operation that takes no profile. */
  readonly modelId?: string
}

type Asking = Through & Guarded & { readonly target: BedrockTarget }

/** Resolves with the answer's status and headers; its body is still to come. */
export const ask = (call: Asking, asked: Asked): Promise<IncomingMessage> =>
  answered(call, asked).catch(unanswered)

/** No model had begun to answer when this was thrown. */
function unanswered(thrown: unknown): never {
  throw thrown instanceof Error ? Object.assign(thrown, { unanswered: true }) : thrown
}

async function answered(call: Asking, asked: Asked): Promise<IncomingMessage> {
  const { target } = call
  const { operation, modelId = target.modelId, deadline } = asked
  const { headers, body } = guarded(operation, labelled(operation, asked, call), call)
  const address = addressOf(target, operation, modelId)
  const unsigned = { ...address, body, headers: { ...jsonType, ...headers } }
  const rights = await rightsOf(target)
  const ready =
    target.cloudflare === undefined
      ? signedFor(target, unsigned, rights)
      : {
          ...signedFor(target, { ...unsigned, headers: bound(unsigned.headers) }, rights),
          ...unsigned.headers,
          ...(await cloudflareHeaders(target.cloudflare, call, {
            ...asked,
            modelId,
            guardrail: named(call),
          })),
          host: address.url.host,
        }
  const { signal, fresh } = deadline
  const answer = await postOnce({ url: address.url, headers: ready, body, signal, fresh })
  if (answer.statusCode === 200) return answer
  refusedByCloudflare(target, answer.statusCode ?? 0)
  throw await exceptionOf(answer)
}

const jsonType = { 'content-type': 'application/json' }

/**
 * Cloudflare's example signs what it must, the host and the time: what is changed on the way is not
 * signed. A guardrail is: if it is lost on the way, Bedrock refuses what has come without it.
 */
const bound = (headers: Unsigned['headers']): Unsigned['headers'] =>
  Object.fromEntries(Object.entries(headers).filter(([name]) => isGuardrailHeader(name)))

const signedFor = ({ region }: BedrockTarget, unsigned: Unsigned, rights: Credentials) =>
  signed(unsigned, { service: 'bedrock', region }, rights, Date.now())

async function rightsOf({ role }: BedrockTarget): Promise<Credentials> {
  try {
    return await credentials(role)
  } catch (thrown) {
    if (!(thrown instanceof RoleFailure)) throw thrown
    throw new BedrockException(thrown.name, thrown.message, thrown.status)
  }
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
