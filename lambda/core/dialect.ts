/** How callers speak: what reached the gateway, and what each dialect makes of it and of the answer. */
import type { Account } from './account.ts'
import type { Body, Notice } from './contracts.ts'
import type { TollgateError } from './errors.ts'
import type { Standing } from './ledger.ts'
import type { AnyModel } from './model.ts'
import type { Reply, ReplyEvent, Usage } from './reply.ts'
import type { ChatRequest, EmbedRequest, NativeRequest } from './request.ts'

export type HttpMethod = 'GET' | 'POST'

/** A path in API Gateway's own form, `/bedrock/{model}`. */
export type Route = { readonly method: HttpMethod; readonly path: string }

/** What reached the gateway, decoded: the body is parsed JSON where there was one. */
export type HttpRequest = {
  readonly route: Route
  readonly pathParameters: Readonly<Record<string, string>>
  readonly query: Readonly<Record<string, string>>
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>
  readonly body: unknown
  /** The body's text as it came. */
  readonly text: string
  /** The template that made the body, by name: it is a chat completion's, whatever the dialect. */
  readonly template?: string
}

/** A caller's wish for a prompt of the operator's. */
export type TemplateAsk = {
  readonly name: string
  /** What stands in the template's places, as it was sent. */
  readonly values: unknown
  /** What the dialect calls these two. */
  readonly params: { readonly name: string; readonly values: string }
  /** What the caller may still choose: which model, and how the answer comes. */
  readonly beside: Readonly<Record<string, unknown>>
}

/** What an answer says besides the reply itself. */
export type AnswerFacts = {
  /** The model as the caller named it. */
  readonly asked: string
  readonly model: AnyModel
  /** Seconds since 1970. */
  readonly created: number
  readonly requestId: string
  /** In USD; `null` where no price is known. */
  readonly costUsd: (usage: Usage) => number | null
}

export type FormattedAnswer = {
  readonly contentType: string
  readonly body: string
  /** Besides those of every answer. */
  readonly headers?: Readonly<Record<string, string>>
}

/** The limits of a team that bind first. */
export type BindingLimits = {
  readonly requests: Standing | undefined
  readonly tokens: Standing | undefined
}

/** What every way of speaking has. */
type Spoken = {
  readonly id: string
  readonly routes: readonly Route[]
  readonly formatError: (error: TollgateError, requestId: string) => FormattedAnswer
  /** The template a body asks for, where the dialect has words for that. */
  readonly templateAsk?: (body: unknown) => TemplateAsk | undefined
  /** The dialect's own headers of limits, beside OpenAI's, which every answer carries. */
  readonly limitHeaders?: (limits: BindingLimits) => Readonly<Record<string, string>>
}

type Answered = {
  readonly format: (reply: Reply, facts: AnswerFacts, request: HttpRequest) => FormattedAnswer
}

/** How callers hold a conversation. */
export type ChatDialect = Spoken &
  Answered & {
    readonly task: 'chat'
    readonly parse: (request: HttpRequest, notice: Notice) => ChatRequest
    /** Frames of a stream; the last frames of a broken one tell the error. '' where nothing is told. */
    readonly openFrames: (
      facts: AnswerFacts,
      request: HttpRequest,
    ) => (event: ReplyEvent) => string | Uint8Array
    readonly streamType: string
    /** What keeps a silent stream alive, where the dialect has a word for it. */
    readonly ping?: string
  }

/** How callers ask how long a conversation is. The reply has no content, and its usage's input. */
export type CountDialect = Spoken &
  Answered & {
    readonly task: 'count'
    readonly parse: (request: HttpRequest, notice: Notice) => ChatRequest
  }

/** How callers ask for vectors. The reply's content is embeddings. */
export type EmbedDialect = Spoken &
  Answered & {
    readonly task: 'embed'
    readonly parse: (request: HttpRequest, notice: Notice) => EmbedRequest
  }

/** How callers ask what there is: answered from the catalogue, by no model. */
export type ListDialect = Spoken & {
  readonly task: 'list'
  /** `usable`: names and models of the caller's team, aliases first. */
  readonly answer: (request: HttpRequest, usable: ReadonlyMap<string, AnyModel>) => FormattedAnswer
}

/** How callers ask about their own team, and what would come of a request: answered by no model. */
export type AccountDialect = Spoken & {
  readonly task: 'account'
  /** Whose bodies it takes, where it takes one. */
  readonly takes?: readonly (ChatDialect | EmbedDialect)[]
  readonly answer: (request: HttpRequest, account: Account) => Promise<FormattedAnswer>
}

/** Bedrock's own operations: the caller's bytes go on, with a request beside them for the policies. */
export type NativeDialect = Spoken & {
  readonly task: 'native'
  readonly operation: NativeRequest['operation']
  readonly streams: boolean
  /** The model's name stands in the path. */
  readonly modelOf: (request: HttpRequest) => string
  readonly native: (request: HttpRequest) => NativeRequest
  /** The parsed view; throws where the body cannot be read. */
  readonly parse: (
    request: HttpRequest,
    model: AnyModel,
    converse: Body,
  ) => ChatRequest | EmbedRequest
  /** What is told in a stream besides the provider's own frames: how it broke. */
  readonly errorFrame: (error: TollgateError) => Uint8Array
  readonly streamType: string
}

/** How callers speak. */
export type Dialect =
  | ChatDialect
  | CountDialect
  | EmbedDialect
  | ListDialect
  | AccountDialect
  | NativeDialect
