/** What a team can read of its own past: hours, its last requests, and where its periods will end. */
import type { Amounts, Standing } from './ledger.ts'

/** What one hour came to; `at` is its beginning, in milliseconds since 1970. */
export type Hour = Amounts & {
  readonly at: number
  readonly errors: number
  readonly cacheHits: number
  /** Sum of `DurationMs`, for an average. */
  readonly durationMs: number
  /** By the model's name of the ledger; those of a request without a model are in none. */
  readonly models: Readonly<Record<string, Amounts>>
}

/** One of a team's last requests. Never a key; prompt and answer only where the team's log is `full`. */
export type RecentRequest = {
  readonly id: string
  /** Milliseconds since 1970. */
  readonly at: number
  /** `POST /v1/messages`. */
  readonly route: string
  readonly keyId: string
  /** As the caller named it, and as Bedrock does. */
  readonly asked?: string
  readonly model?: string
  readonly status: number
  /** `ok`, `abandoned`, or the error's code. */
  readonly outcome: string
  /** Under which a refusal is explained: `GET /v1/decisions/{id}`. */
  readonly decision?: string
  readonly stream: boolean
  readonly durationMs: number
  readonly firstTokenMs?: number
  readonly inputTokens?: number
  readonly outputTokens?: number
  /** All that are billed, as the ledger counts them: those in a provider's cache, too. */
  readonly tokens?: number
  readonly costMicroUsd?: number
  readonly cache?: string
  /** The trail of `x-tollgate-attempts`. */
  readonly attempts?: string
  readonly metadata?: Readonly<Record<string, string | number | boolean>>
  readonly prompt?: string
  readonly answer?: string
}

export type History = {
  /** Oldest first; hours without a request are left out. `since`: milliseconds since 1970. */
  readonly hours: (team: string, since: number) => Promise<readonly Hour[]>
  /** Newest first, at most `most`; a bounded number is kept, for a day. */
  readonly recent: (team: string, most: number) => Promise<readonly RecentRequest[]>
  /** Adds a request; never rejects, and says whether it was kept. */
  readonly add: (
    team: string,
    modelName: string | undefined,
    request: RecentRequest,
  ) => Promise<boolean>
}

/** Where a limit's window will end at the pace so far. */
export type Outlook = {
  readonly standing: Standing
  /** Of the measure, at the window's end: likely, and a range of four in five. */
  readonly expected: number
  readonly low: number
  readonly high: number
  /** Milliseconds since 1970 when the limit is reached at that pace; absent: not in this window. */
  readonly reachedAt?: number
}
