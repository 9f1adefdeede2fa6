/** What each model family tells the simulator: which bodies it takes and how it words an answer. */
import type { Model } from '../../lambda/core/model.ts'
import type { Asked, Ending, Told } from './answer.ts'
import { invalid } from './exceptions.ts'
import { phrase, type Shape, violations, type Wording } from './shapes.ts'

/** A chunk of a stream, and how many tokens were generated for it. */
export type Chunk = { readonly json: JsonValue; readonly tokens?: number }
type JsonValue = Readonly<Record<string, unknown>>

/** How a body came. */
export type Way = { readonly streams: boolean }

/** What a shape cannot say of a body: its message, where the body breaks the rule. */
export type Rule = (body: never, model: Model, way: Way) => string | undefined

export type Family = {
  readonly shape: (model: Model) => Shape
  readonly wording: Wording
  /** Puts what the wording said into the family's own frame. */
  readonly frame: (found: readonly string[]) => string
  readonly rules: readonly Rule[]
  readonly tooLong: (tokens: number, limit: number) => string
  /** Only called with a body that kept to shape and rules. */
  readonly read: (body: never, model: Model) => Asked
  /** The family's own words for the ways an answer can end; it cannot end in others. */
  readonly endings: Partial<Readonly<Record<Ending, string>>>
  readonly whole: (told: Told) => JsonValue
  /** The last chunk gets Bedrock's metrics beside its own fields. */
  readonly stream: (told: Told) => readonly Chunk[]
  /** Bedrock counts no tokens in the headers of these answers. */
  readonly uncounted?: true
}

/** What can be checked without knowing what a body is for. */
type Checked<M> = {
  readonly shape: (model: M) => Shape
  readonly wording: Wording
  readonly frame: (found: readonly string[]) => string
  readonly rules: readonly ((body: never, model: M, way: Way) => string | undefined)[]
}

/** Throws Bedrock's ValidationException for the first thing that is wrong. */
export function checkBody<M>(body: unknown, model: M, family: Checked<M>, way: Way): void {
  const found = violations(body, family.shape(model))
  if (found.length > 0) {
    throw invalid(family.frame(found.map((violation) => phrase(violation, family.wording))))
  }
  for (const rule of family.rules) {
    const message = rule(body as never, model, way)
    if (message !== undefined) throw invalid(message)
  }
}
