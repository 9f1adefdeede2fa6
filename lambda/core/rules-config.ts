/** What an operator writes of rules: what may be asked, in which words it is asked, what is remembered. */
import type { JsonObject } from './conversation.ts'
import type { TransformConfig } from './transform-config.ts'

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

/**
 * A guardrail of Amazon Bedrock's, which judges what a model is asked and what it answers. A call has
 * one: the alias's, else the team's, else everybody's.
 */
export type GuardrailConfig = {
  /**
   * Its id, where the gateway has one region; else an id for each region, since each guardrail is of
   * one. Where there is none, nothing that needs it is sent.
   */
  readonly id: string | Readonly<Record<string, string>>
  readonly version: number | 'DRAFT'
  /** What it found stands in the answers of native routes; default `disabled`. */
  readonly trace?: 'enabled' | 'enabled_full' | 'disabled'
}

/** Of everybody, of a team, or of an alias that is a list of targets; all that apply hold. */
export type Rules = {
  readonly guard?: GuardConfig
  readonly decorate?: DecorateConfig
  /** `false`: nothing is asked but by a template. */
  readonly allow_untemplated?: boolean
  readonly transform?: TransformConfig
  readonly guardrail?: GuardrailConfig
}

/**
 * A prompt with places for words, `{{name}}`: a chat completions body, or its text as JSON. What is
 * put in is text, never structure.
 */
export type TemplateConfig = string | JsonObject
