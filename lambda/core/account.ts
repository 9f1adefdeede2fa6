/** What a key may ask about its own team, and what would come of a request: told without a model. */
import type { Call, Caller, Target } from './contracts.ts'
import type { JsonObject } from './conversation.ts'
import type { ChatDialect, EmbedDialect, HttpRequest } from './dialect.ts'
import type { Grounds } from './errors.ts'
import type { Hour, Outlook, RecentRequest } from './history.ts'
import type { Amounts, Decision, Standing, Used } from './ledger.ts'
import type { AnyModel } from './model.ts'

/** What a call may come to, before it is made. */
export type Forecast = {
  /** Tokens its prompt is likely to have. */
  readonly prompt: number
  /** The most it can be billed. */
  readonly most: Amounts
  readonly likely: Amounts
  /** Whether a price is in force; without one the money above is no statement. */
  readonly priced: boolean
}

/** What would be sent, as far as it can be told without sending it. */
export type Foreseen = {
  readonly call: Call
  /** In the order in which they would be asked. */
  readonly targets: readonly [Target, ...Target[]]
  /** Bedrock's name of its operation, the body of the first call, and how many calls there would be. */
  readonly sent: { readonly operation: string; readonly body: JsonObject; readonly calls: number }
  readonly forecast: Forecast
  /** What the ledger would be asked for: of the two forecasts, the one the plan reserves. */
  readonly reserved: Amounts
  /** Why it would be refused. */
  readonly refused: Refused | undefined
  /** What the operator's rules say, where there are any for it. */
  readonly guard?: GuardVerdict
  readonly notices: readonly string[]
}

/** `rule`: only where callers are told the reason. */
export type GuardVerdict = { readonly says: 'pass' | 'blocked'; readonly rule?: string }

/** By a limit, or because a budget in money allows nothing that has no price. */
export type Refused = { readonly grounds: Grounds } | { readonly unpriced: true }

export type Account = {
  readonly caller: Caller
  /** The plan's name. */
  readonly plan: string | undefined
  /** An IANA name. */
  readonly timeZone: string
  /** Of buckets that have a limit. */
  readonly standings: () => Promise<readonly Standing[]>
  readonly used: () => Promise<readonly Used[]>
  /** Of each of the standings that will be there for long enough to say. */
  readonly outlooks: () => Promise<readonly Outlook[]>
  /** Empty where the gateway keeps no history. */
  readonly hours: (since: number) => Promise<readonly Hour[]>
  readonly recent: (most: number) => Promise<readonly RecentRequest[]>
  /** Of this team alone. */
  readonly decision: (id: string) => Promise<Decision | undefined>
  /** By any of its names; throws 403 or 404 as a call would. */
  readonly find: (model: string) => AnyModel
  readonly foresee: (dialect: ChatDialect | EmbedDialect, request: HttpRequest) => Promise<Foreseen>
}
