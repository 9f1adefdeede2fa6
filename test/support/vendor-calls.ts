/** Asks a provider outside of Bedrock as the gateway would, and keeps what came of it. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, vi } from 'vitest'
import type {
  ChatCall,
  OutsideTarget,
  Provider,
  TargetedCall,
} from '../../lambda/core/contracts.ts'
import { TollgateError } from '../../lambda/core/errors.ts'
import { fit } from '../../lambda/core/fit.ts'
import type { AnyModel, EmbeddingModel, Model } from '../../lambda/core/model.ts'
import { collect, type Reply, type ReplyEvent } from '../../lambda/core/reply.ts'
import type { ChatRequest, EmbedRequest } from '../../lambda/core/request.ts'
import type { ProviderConfig } from '../../lambda/core/routes-config.ts'
import { openDeadline, type Patience } from '../../lambda/routing/deadline.ts'
import type { VendorServer } from '../../local/vendors/vendor-server.ts'
import { told } from './bodies.ts'
import { callFacts } from './calls.ts'

/** Answers for Secrets Manager, for the tests of one file: every name has this text. */
export function keyKept(text: string): string {
  const server = createServer((_, response) => {
    response.writeHead(200, { 'content-type': 'application/x-amz-json-1.1' })
    response.end(JSON.stringify({ SecretString: text }))
  })
  beforeAll(async () => {
    await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
    const { port } = server.address() as AddressInfo
    vi.stubEnv('AWS_ENDPOINT_URL_SECRETS_MANAGER', `http://127.0.0.1:${port}`)
    vi.stubEnv('AWS_REGION', 'us-east-1')
  })
  afterAll(async () => {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
    vi.unstubAllEnvs()
  })
  return 'arn:aws:secretsmanager:us-east-1:111111111111:secret:vendor-AbCdEf'
}

const patience: Patience = { firstByteMs: 5_000, idleMs: 5_000, totalMs: 10_000 }

export type Outcome = {
  readonly events: readonly ReplyEvent[]
  readonly reply: () => Promise<Reply>
  /** Of a call that failed before its first event. */
  readonly error: TollgateError | undefined
  readonly notices: readonly string[]
}

export type Asking = {
  readonly provider: Provider<OutsideTarget>
  readonly server: ProviderConfig
  readonly model: AnyModel
  readonly task?: ChatCall['task']
  readonly patience?: Partial<Patience>
}

const said = (text: string): ChatRequest['messages'] => [
  { role: 'user', content: [{ type: 'text', text }] },
]

/** A question of one text, with whatever else is asked. */
export const asking = (text: string, more: Partial<ChatRequest> = {}): ChatRequest => ({
  model: 'chat',
  messages: said(text),
  tools: [],
  maxTokens: 2_048,
  sampling: {},
  stream: false,
  ...more,
})

export function askVendor(asked: Asking, request: ChatRequest): Promise<Outcome> {
  const model = asked.model as Model
  return outcome(asked, (notice) => ({
    ...callFacts,
    task: asked.task ?? 'chat',
    notice,
    request: fit(request, model, [], notice),
    model,
    body: model.body,
    targets: [],
    target: targetOf(asked),
  }))
}

export function embedAtVendor(
  asked: Asking,
  request: Pick<EmbedRequest, 'inputs' | 'dimensions' | 'use'>,
): Promise<Outcome> {
  return outcome(asked, (notice) => ({
    ...callFacts,
    task: 'embed',
    notice,
    request: { model: 'embed', stream: false, ...request },
    model: asked.model as EmbeddingModel,
    targets: [],
    target: targetOf(asked),
  }))
}

const targetOf = ({ server, model }: Asking): OutsideTarget => ({
  type: server.type,
  provider: 'vendor',
  place: 'vendor',
  server,
  model,
  modelId: model.id,
  weight: 1,
  geographic: false,
})

async function outcome(
  asked: Asking,
  callWith: (notice: (text: string) => void) => TargetedCall<OutsideTarget>,
): Promise<Outcome> {
  const notices: string[] = []
  const call = callWith((text) => void notices.push(text))
  const deadline = openDeadline({ ...patience, ...asked.patience }, call.signal)
  const events: ReplyEvent[] = []
  let error: TollgateError | undefined
  try {
    for await (const event of await asked.provider(call, deadline)) events.push(event)
  } catch (thrown) {
    if (!(thrown instanceof TollgateError)) throw thrown
    error = thrown
  }
  return { events, error, notices, reply: () => replyOf(events, error) }
}

async function replyOf(events: readonly ReplyEvent[], error: TollgateError | undefined) {
  if (error !== undefined) throw error
  return collect(told(events))
}

/** What went over the wire last. */
export function lastRequest({ requests }: VendorServer) {
  const last = requests.at(-1)
  if (last === undefined) throw new Error('nothing was asked')
  return last
}
