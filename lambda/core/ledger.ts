/** What the ledger promises: amounts held before a call, settled once after it, and told to anyone who asks. */
import type { Caller } from './contracts.ts'
import type { Grounds } from './errors.ts'

/** Whole numbers; tokens are all that are billed. */
export type Amounts = {
  readonly requests: number
  readonly tokens: number
  readonly microUsd: number
}

export const noAmounts: Amounts = { requests: 0, tokens: 0, microUsd: 0 }

/** One bucket: what a limit allows in the window that is now, and how much of it is gone. */
export type Standing = Pick<
  Grounds,
  'whose' | 'window' | 'measure' | 'key' | 'model' | 'limit' | 'used' | 'reserved' | 'resetsAt'
> & {
  readonly then: 'refuse' | 'warn' | 'report'
}

export type Asking = {
  /** Of the request; the same id asks for the same amounts. */
  readonly id: string
  readonly caller: Caller
  /** Its alias, or its id where it has none. */
  readonly model: string
  /** What is to be held: the worst case, or the likely one. */
  readonly amounts: Amounts
  /** Milliseconds since 1970 after which whoever asked is surely dead. */
  readonly until: number
  /** Of a call that is held already, or on its behalf: not one more of those at once. */
  readonly beside?: true
}

/** Amounts that are held for one call. */
export type Held = {
  /** Every bucket the call counts in, as it stood with these amounts held. */
  readonly standings: readonly Standing[]
  /** What it came to. Counts once, however often it is called. Never rejects. */
  readonly settle: (actual: Amounts) => Promise<void>
}

/** What a team used in a window, whether or not there is a limit. */
export type Used = {
  readonly window: 'day' | 'month'
  /** `2026-11-21`, `2026-11`. */
  readonly name: string
  readonly requests: number
  readonly tokens: number
  readonly microUsd: number
  /** Of these, what is reserved for calls on their way. */
  readonly reserved: Amounts
  readonly models: Readonly<Record<string, { readonly tokens: number; readonly microUsd: number }>>
}

/** A refusal that is remembered for a day. */
export type Decision = {
  readonly id: string
  /** Milliseconds since 1970. */
  readonly at: number
  readonly team: string
  readonly keyId: string
  /** As the caller named it, where it was read. */
  readonly model?: string
  readonly route: string
  readonly status: number
  readonly code: string
  readonly message: string
  readonly grounds?: Grounds
}

export type Ledger = {
  /** Rejects a caller whose key has ended, or whose team or model an operator has paused. */
  readonly admit: (caller: Caller, model: string) => Promise<void>
  /** Rejects with the refusal, or with `upstream_unavailable`; `undefined` where nothing is limited. */
  readonly hold: (asking: Asking) => Promise<Held | undefined>
  /** Now, without asking for anything. */
  readonly standings: (team: string) => Promise<readonly Standing[]>
  readonly used: (team: string) => Promise<readonly Used[]>
  /** `false` where it could not be kept. */
  readonly remember: (decision: Decision) => Promise<boolean>
  readonly decision: (team: string, id: string) => Promise<Decision | undefined>
}
