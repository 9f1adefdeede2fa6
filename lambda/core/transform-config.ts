/** What an operator's code, or a model with an operator's prompt, makes of requests and answers. */
import type { Reply } from './reply.ts'
import type { ChatRequest } from './request.ts'

/** Whose request it is, and what it is for. */
export type About = {
  readonly team: string
  /** As the caller named it. */
  readonly model: string
  /** `count`: nothing is asked but how long it is. */
  readonly task: 'chat' | 'count' | 'embed'
  readonly requestId: string
  /** Aborted when nobody waits for the answer any more. */
  readonly signal: AbortSignal
}

/**
 * What is asked in place of what the caller asked. Texts to be embedded come as messages of the
 * user, one each, and as many must come back. The request is never changed in place.
 */
export type RequestFunction = (
  request: ChatRequest,
  about: About,
) => ChatRequest | Promise<ChatRequest>

/** What is told in place of what the model answered, which is whole before it is looked at. */
export type ReplyFunction = (reply: Reply, about: About) => Reply | Promise<Reply>

/** Kong's: a model rewrites it. A call of the team's own, which is guarded, budgeted and charged. */
export type ModelTransform = {
  /** What it is told to do, as a message of the system. */
  readonly prompt: string
  /** An alias of `models`, or an id of the catalogue; the team need not have leave to use it. */
  readonly model: string
  /** What is taken of its answer: the first match, without regard to case, `^` and `$` at lines. */
  readonly transformation_extract_pattern?: string
  /** Most tokens of its answer; default 4,096. */
  readonly maxTokens?: number
}

export type RequestTransform = RequestFunction | ModelTransform
export type ReplyTransform = ReplyFunction | ModelTransform

/** One, or several in their order. */
export type TransformConfig = {
  /**
   * On what the caller wrote: everybody's first, then the team's, the alias's; of these, models before
   * functions, since a model writes the whole body anew.
   */
  readonly request?: RequestTransform | readonly RequestTransform[]
  /** On what is answered: the alias's first, then the team's, everybody's. */
  readonly reply?: ReplyTransform | readonly ReplyTransform[]
}
