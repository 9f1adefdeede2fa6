/** What an operator writes of rules: what may be asked, in which words it is asked, what is remembered. */
import type { JsonObject } from './conversation.ts'

/** A regular expression's source; with a name, by which a refusal and the log speak of it. */
export type GuardRule = string | { readonly name: string; readonly pattern: string }

export type GuardConfig = {
  /** One that matches refuses the request; it wins over `allow`. */
  readonly deny?: readonly GuardRule[]
  /** Where there are any, one must match. */
  readonly allow?: readonly GuardRule[]
  /**
   * Default: everything a model will read. With either of Kong's fields, what Kong looks at: the
   * users' messages, or with `match_all_roles` those of every role; with
   * `allow_all_conversation_history` the latest of them alone.
   */
  readonly match_all_roles?: boolean
  readonly allow_all_conversation_history?: boolean
  /** What a refused caller is told: nothing but that (default), or by which rule. */
  readonly detail?: 'hidden' | 'reason'
  /** `report` lets pass what would be refused, and counts it. */
  readonly mode?: 'refuse' | 'report'
  /** Answers too: one that matches is refused, a stream is ended. */
  readonly output?: { readonly deny: readonly GuardRule[] }
}

/** `role`: default `system`. */
export type Decoration = {
  readonly role?: 'system' | 'user' | 'assistant'
  readonly content: string
}

/** Messages before and after what the caller wrote, which the caller does not see. */
export type DecorateConfig = {
  readonly prepend?: readonly Decoration[]
  readonly append?: readonly Decoration[]
}

export type CacheConfig = {
  /** How long an answer is kept that may be; default 3,600. */
  readonly ttlSeconds?: number
  /** Teams share what is remembered. Default: each team has its own. */
  readonly shared?: true
}

/** Of everybody, of a team, or of an alias that is a list of targets; all that apply hold. */
export type Rules = {
  readonly guard?: GuardConfig
  readonly decorate?: DecorateConfig
  /** `false`: nothing is asked but by a template. */
  readonly allow_untemplated?: boolean
}

/**
 * A prompt with places for words, `{{name}}`: a chat completions body, or its text as JSON. What is
 * put in is text, never structure.
 */
export type TemplateConfig = string | JsonObject
