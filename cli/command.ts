/** What a command is: the table from which its arguments are read and its help is written. */
import type { GatewayConfig } from '../lambda/core/config.ts'
import type { Deployment } from './deployment.ts'
import type { Io } from './io.ts'

export type Option = {
  /** What stands for its value: `NAME`. Absent: it has none. */
  readonly value?: string
  readonly help: string
}

export type Options = Readonly<Record<string, Option>>

export type Operand = { readonly name: string; readonly needed: boolean }

export type Command = {
  /** As it is typed: `keys issue`. */
  readonly name: string
  readonly operands: readonly Operand[]
  /** One line, for the list of commands. */
  readonly summary: string
  /** What else one should know, a paragraph each. */
  readonly about: readonly string[]
  readonly options: Options
  readonly examples: readonly string[]
  /** Without a report, it has told all there was as it came. */
  readonly run: (use: Use) => Promise<Report | undefined>
}

/** A command as it was called. */
export type Use = {
  /** Operands and options, by their names as typed: `TEAM`, `name`. */
  readonly values: Readonly<Record<string, string | undefined>>
  readonly flags: ReadonlySet<string>
  readonly io: Io
  readonly config: () => Promise<GatewayConfig>
  readonly deployment: () => Promise<Deployment>
}

/** What came of it, for scripts and for people. */
export type Report = {
  readonly json: object
  /** Goes to standard output. */
  readonly text: string
  /** For people, beside it, so that `KEY=$(…)` takes the text alone. */
  readonly aside?: string
  /** What went wrong although it is done: for scripts too, beside it. */
  readonly warnings?: readonly string[]
  /** It was told, and is not as it should be: exit status 1. */
  readonly failed?: boolean
}
