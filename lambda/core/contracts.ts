/** One contract a folder: dialects, policies, bodies and providers each satisfy theirs. */
import type { JsonObject } from './conversation.ts'
import type { TollgateError } from './errors.ts'
import type { Model } from './model.ts'
import type { RequestRecord } from './record.ts'
import type { Reply, ReplyEvent, Usage } from './reply.ts'
import type { ChatRequest, FittedRequest } from './request.ts'

/** Who asks: the team a key belongs to, and the key's public id. */
export type Caller = { readonly team: string; readonly keyId: string }

/** Tells the caller what the model could not be given as asked, in `x-tollgate-notice`. */
export type Notice = (text: string) => void

/** One request on its way, whatever dialect it came in. */
export type Call = {
  readonly id: string
  readonly caller: Caller
  readonly request: FittedRequest
  readonly model: Model
  /** A profile the caller or the configuration chose by name; else the region decides. */
  readonly sendAs?: string
  readonly notice: Notice
  /** Every attempt is told, failed ones included. */
  readonly attempted: (attempt: Attempt) => void
  /** What the one log line of this request will say. */
  readonly record: RequestRecord
  /** Aborted when nobody waits for the answer any more. */
  readonly signal: AbortSignal
  /** Milliseconds that are left before the platform ends the function. */
  readonly remaining: () => number
}

/** Where an attempt goes. `modelId` is what is sent: a bare id, a profile or an ARN. */
export type Target = {
  readonly provider: 'bedrock'
  readonly region: string
  readonly modelId: string
  /** Sent by a profile that stays within a geography, which may cost more. */
  readonly geographic: boolean
  /** An address in place of AWS's own. */
  readonly endpoint?: string
}

export type TargetedCall = Call & { readonly target: Target }

/** `outcome` is `ok` or the provider's name of its failure, as in `x-tollgate-attempts`. */
export type Attempt = {
  readonly region: string
  readonly outcome: string
  /** Milliseconds until the first event; of a whole answer, until all of it. */
  readonly ms: number
}

export type ReplyStream = { readonly target: Target; readonly events: AsyncIterable<ReplyEvent> }

/** Rejects before the first event; later failures are events. */
export type Chat = (call: Call) => Promise<ReplyStream>
export type Policy = (next: Chat) => Chat
export type Provider = (call: TargetedCall) => Promise<ReplyStream>

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
  readonly build: (request: FittedRequest, model: Model, notice: Notice) => JsonObject
  readonly read: (answer: unknown, reported: ReportedUsage) => Reply
  readonly openStream: () => StreamReader
}

export type HttpMethod = 'GET' | 'POST'

/** A path in API Gateway's own form, `/bedrock/{model}`. */
export type Route = { readonly method: HttpMethod; readonly path: string }

/** What reached the gateway, decoded: the body is parsed JSON where there was one. */
export type HttpRequest = {
  readonly route: Route
  readonly pathParameters: Readonly<Record<string, string>>
  readonly query: Readonly<Record<string, string>>
  readonly headers: Readonly<Record<string, string>>
  readonly body: unknown
}

/** What an answer says besides the reply itself. */
export type AnswerFacts = {
  /** The model as the caller named it. */
  readonly asked: string
  readonly model: Model
  readonly created: number
  readonly requestId: string
  /** In USD; `null` where no price is known. */
  readonly costUsd: (usage: Usage) => number | null
}

export type FormattedAnswer = { readonly contentType: string; readonly body: string }

/** How callers speak. */
export type Dialect = {
  readonly id: string
  readonly routes: readonly Route[]
  readonly parse: (request: HttpRequest) => ChatRequest
  readonly format: (reply: Reply, facts: AnswerFacts, request: HttpRequest) => FormattedAnswer
  /** Frames of a stream; the last frames of a broken one tell the error. */
  readonly openFrames: (facts: AnswerFacts) => (event: ReplyEvent) => string
  readonly streamType: string
  readonly formatError: (error: TollgateError, requestId: string) => FormattedAnswer
}
