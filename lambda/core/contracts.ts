/** One contract a folder: policies, bodies and providers each satisfy theirs; `dialect.ts` has the dialects’. */
import type { JsonObject, Message } from './conversation.ts'
import type { Standing } from './ledger.ts'
import type { AnyModel, EmbeddingModel, Model } from './model.ts'
import type { RequestRecord } from './record.ts'
import type { Reply, ReplyEvent, Usage } from './reply.ts'
import type { EmbedRequest, FittedRequest, NativeRequest, SaidRequest } from './request.ts'
import type { CloudflareConfig, ProviderConfig, Strategy } from './routes-config.ts'
import type { Rules } from './rules-config.ts'

/** Who asks: the team a key belongs to, and the key's public id. */
export type Caller = { readonly team: string; readonly keyId: string }

/** Tells the caller what the model could not be given as asked, in `x-tollgate-notice`. */
export type Notice = (text: string) => void

/** What a caller asks of the gateway's own cache. */
export type CacheWish = {
  /** It is neither asked nor told. */
  readonly skip?: true
  /** The answer is kept so long, also where another could be given to the same request. */
  readonly ttlSeconds?: number
  /** What it is remembered by, in place of what the request says. */
  readonly key?: string
}

/** What came of looking for a remembered answer: `bypass` where it was not looked for. */
export type Looked =
  | { readonly status: 'miss' | 'bypass' }
  /** `target`: who answered then. */
  | { readonly status: 'hit'; readonly ageSeconds: number; readonly target: Target }

/** A caller's body as text, and what another text in its place would say; throws as for a caller. */
export type Written = { readonly text: string; readonly instead: (text: string) => Said }

/** What is true of every request on its way, whatever dialect it came in. */
type CallFacts = {
  readonly id: string
  readonly caller: Caller
  /** Where it may go, in the configuration's order; at least one. */
  readonly targets: readonly Target[]
  readonly strategy: Strategy
  /** What holds for it: everybody's rules, its team's, its alias's. */
  readonly rules: readonly Rules[]
  /** The template that made it, by name; absent: the caller's own words. */
  readonly templated?: string
  /** Longest wait for the first byte that the caller asked for, in milliseconds. */
  readonly timeoutMs?: number
  /** Only where the gateway has a cache. */
  readonly cache?: CacheWish
  readonly written: Written
  /** Made on behalf of a call that is on its way: not one more of those at once. */
  readonly beside?: true
  /**
   * Awaited before another attempt where one that failed may be billed: what another may come to is
   * held as well. Rejects where no limit has room for it. Absent: nothing is limited.
   */
  readonly again?: () => Promise<void>
  /** Cloudflare's own request headers, from an allow-list, for targets that are reached through it. */
  readonly cloudflare: Readonly<Record<string, string>>
  readonly notice: Notice
  /** Every attempt is told, failed ones included. */
  readonly attempted: (attempt: Attempt) => void
  /** Where the limits stand that the call counts in, for the answer's headers; told once or never. */
  readonly standing: (standings: readonly Standing[]) => void
  /** What came of looking for a remembered answer; told once, or never. */
  readonly looked: (looked: Looked) => void
  /** What must be done before the function is over, even if nobody reads the answer; each more than once is once. */
  readonly atEnd: (work: () => Promise<void>) => void
  /** What the one log line of this request will say. */
  readonly record: RequestRecord
  /** Aborted when nobody waits for the answer any more. */
  readonly signal: AbortSignal
  /** Milliseconds that are left before the platform ends the function. */
  readonly remaining: () => number
}

/** A conversation to be answered, or only to be counted. */
export type ChatCall = CallFacts & {
  readonly task: 'chat' | 'count'
  readonly request: FittedRequest
  readonly model: Model
  /** Who builds what is sent, and reads what is answered: the model's own, or Converse's. */
  readonly body: Body
  /** What is sent in place of a built body. */
  readonly native?: NativeRequest
}

export type EmbedCall = CallFacts & {
  readonly task: 'embed'
  readonly request: EmbedRequest
  readonly model: EmbeddingModel
  readonly native?: NativeRequest
}

/** What a call says, without what surrounds it. */
export type Said =
  | Pick<ChatCall, 'task' | 'request' | 'model' | 'body' | 'native' | SaidOfBoth>
  | Pick<EmbedCall, 'task' | 'request' | 'model' | 'native' | SaidOfBoth>
type SaidOfBoth = 'targets' | 'strategy' | 'rules' | 'templated'

/** One request on its way. */
export type Call = ChatCall | EmbedCall

type Place = {
  /** As the trail names it: a region, with its account where that is another; or the provider's name. */
  readonly place: string
  /** What is asked there; a list of targets may name several models. */
  readonly model: AnyModel
  /** As it is sent: a bare id, a profile or an ARN; another provider's own name of the model. */
  readonly modelId: string
  /** Of the strategy `weighted`. */
  readonly weight: number
  /** Sent by a profile that stays within a geography, which may cost more. */
  readonly geographic: boolean
}

export type BedrockTarget = Place & {
  readonly type: 'bedrock'
  readonly provider: 'bedrock'
  readonly region: string
  /** An address in place of AWS's own. */
  readonly endpoint?: string
  /** ARN of the role that another account gives. */
  readonly role?: string
  /** Sent there, signed for Bedrock. */
  readonly cloudflare?: CloudflareConfig
}

export type OutsideTarget = Place & {
  readonly type: ProviderConfig['type']
  /** The configuration's name of it. */
  readonly provider: string
  readonly server: ProviderConfig
}

/** Where an attempt goes. */
export type Target = BedrockTarget | OutsideTarget

/** A call as one target is asked it: model, request and body are that target's. */
export type TargetedChat<T extends Target = Target> = ChatCall & { readonly target: T }
export type TargetedEmbedding<T extends Target = Target> = EmbedCall & { readonly target: T }
export type TargetedCall<T extends Target = Target> = TargetedChat<T> | TargetedEmbedding<T>

/** `outcome` is `ok` or the provider's name of its failure, as in `x-tollgate-attempts`. */
export type Attempt = {
  readonly target: Target
  readonly outcome: string
  /** Milliseconds until the first event; of a whole answer, until all of it. */
  readonly ms: number
  /** Of one that failed: what the provider bills all the same. */
  readonly billed?: Usage | 'unknown'
}

/** The patience of one attempt: for its first byte, for each next one, and for all of it. */
export type Deadline = {
  readonly signal: AbortSignal
  /** Something arrived: from now on, only so much silence. */
  readonly heard: () => void
  readonly passed: () => boolean
  /** The attempt is over; the connection is left as it is, for the next one. */
  readonly done: () => void
  /** Nobody reads on: the connection is cut. */
  readonly abandon: () => void
  /** On a new connection: a kept one was found dead. */
  readonly fresh: boolean
}

/** `call`: as the target that answers was asked it. */
export type ReplyStream = {
  readonly call: TargetedCall
  readonly events: AsyncIterable<ReplyEvent>
  /** It was answered before, and paid for then. */
  readonly remembered?: true
  /** A policy that refuses the answer calls it before the call is over: it is not remembered. */
  readonly forget?: () => void
}

/** Rejects before the first event; later failures are events. */
export type Chat = (call: Call) => Promise<ReplyStream>
export type Policy = (next: Chat) => Chat

/**
 * One attempt. Resolves once the answer, or the first event of a stream, is in hand, having told
 * the deadline what it hears; rejects before that with a TollgateError whose `billed` is set where
 * the provider may bill it, and whose `cause` names the failure. Later failures are events.
 */
export type Provider<T extends Target = Target> = (
  call: TargetedCall<T>,
  deadline: Deadline,
) => Promise<AsyncIterable<ReplyEvent>>

/** Token counts a provider reports beside the body, in headers or stream metrics. */
export type ReportedUsage = {
  readonly input?: number
  readonly output?: number
  readonly cacheRead?: number
  readonly cacheWrite?: number
}

/** Reads one stream, chunk by chunk; its state ends with the stream. */
export type StreamReader = {
  /** `chunk` is one parsed JSON chunk of the model's own stream. */
  readonly read: (chunk: unknown) => readonly ReplyEvent[]
  /** The connection ended; a stream without its terminal event is an error. */
  readonly end: () => readonly ReplyEvent[]
}

/** How a model family's request is built and its answer read. */
export type Body = {
  readonly id: string
  /** Which of Bedrock's operations takes it; absent: InvokeModel. */
  readonly via?: 'converse'
  /** Whose signature proves what the model thought; only who made it takes it back. */
  readonly signature?: string
  readonly build: (request: FittedRequest, model: Model, notice: Notice) => JsonObject
  readonly read: (answer: unknown, reported: ReportedUsage) => Reply
  readonly openStream: () => StreamReader
  /** What a caller's own body of this family asks, for the policies; throws where it cannot be read. */
  readonly parse?: (body: unknown) => SaidRequest
  /** A caller's own body of this family with messages around its own; absent: it has no place for them. */
  readonly surround?: (body: JsonObject, around: Around) => JsonObject
}

/** Messages before and after those of a caller. */
export type Around = { readonly prepend: readonly Message[]; readonly append: readonly Message[] }

/** How a family's embeddings are asked for, and its answer read. */
export type EmbeddingBody = {
  readonly id: string
  /** One upstream call: at most `limits.batch` texts. */
  readonly build: (
    request: EmbedRequest,
    inputs: readonly string[],
    model: EmbeddingModel,
    notice: Notice,
  ) => JsonObject
  /** One vector for each text, in order, and how many tokens they had. */
  readonly read: (
    answer: unknown,
    reported: ReportedUsage,
  ) => { readonly vectors: readonly (readonly number[])[]; readonly tokens: number | undefined }
  readonly parse?: (body: unknown) => Omit<EmbedRequest, 'model' | 'stream'>
}
