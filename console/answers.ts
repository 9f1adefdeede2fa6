/** What the routes of the contract answer, as far as the console reads it. */

export type Measure = 'requests' | 'tokens' | 'micro_usd' | 'parallel'
export type Period = 'minute' | 'day' | 'week' | 'month' | 'now'

export type Limit = {
  readonly whose: 'team' | 'organisation' | 'provider'
  readonly measure: Measure
  readonly window: Period
  readonly key?: string
  readonly model?: string
  readonly limit: number
  readonly used: number
  readonly reserved: number
  readonly remaining: number
  readonly asked?: number
  readonly resets_at?: string
  readonly then?: 'refuse' | 'warn' | 'report'
}

export type Forecast = Pick<
  Limit,
  'whose' | 'measure' | 'window' | 'key' | 'model' | 'limit' | 'used'
> & {
  readonly expected: number
  readonly low: number
  readonly high: number
  readonly reached_at?: string
}

export type Amounts = {
  readonly requests: number
  readonly tokens: number
  readonly cost_usd: number
}

export type Usage = {
  readonly team: string
  readonly plan?: string
  readonly time_zone: string
  readonly limits: readonly Limit[]
  readonly usage: readonly (Amounts & {
    readonly window: 'day' | 'month'
    readonly name: string
    readonly models: Readonly<Record<string, Pick<Amounts, 'tokens' | 'cost_usd'>>>
  })[]
  readonly forecast: readonly Forecast[]
  readonly note?: string
}

export type Hour = Amounts & {
  readonly at: string
  readonly errors: number
  readonly cache_hits: number
  readonly average_ms: number
}

export type Hours = { readonly since: string; readonly hours: readonly Hour[] }

export type Asked = {
  readonly id: string
  readonly at: string
  readonly route: string
  readonly key: string
  readonly asked?: string
  readonly model?: string
  readonly status: number
  readonly outcome: string
  readonly stream: boolean
  readonly duration_ms: number
  readonly decision_id?: string
  readonly first_token_ms?: number
  readonly input_tokens?: number
  readonly output_tokens?: number
  readonly tokens?: number
  readonly cost_usd?: number
  readonly cache?: string
  readonly attempts?: string
  readonly metadata?: Readonly<Record<string, string | number | boolean>>
  readonly prompt?: string
  readonly answer?: string
}

export type Requests = { readonly requests: readonly Asked[] }

export type Decision = {
  readonly id: string
  readonly at: string
  readonly model?: string
  readonly route: string
  readonly status: number
  readonly code: string
  readonly message: string
  readonly limit?: Limit | { readonly whose: 'provider' }
  readonly would_pass?: { readonly says: string }
}

export type Price = {
  readonly input: number
  readonly output: number
  readonly cache_read?: number
}

export type Model = {
  readonly id: string
  readonly owned_by: string
  readonly tollgate: {
    readonly name: string
    readonly bedrock_id?: string
    readonly provider_id?: string
    readonly task: 'chat' | 'embed'
    readonly context: number
    readonly max_output?: number
    readonly accepts?: Readonly<Record<string, unknown>>
    readonly price: Price | null
    readonly lifecycle: { readonly status: string; readonly end_of_life?: string }
  }
}

export type Models = { readonly data: readonly Model[] }

export type Estimate = {
  readonly model: string
  readonly allowed: boolean
  readonly tokens: { readonly input_estimate: number; readonly output_most: number }
  readonly cost_usd: { readonly likely: number | null; readonly most: number | null }
  readonly would_pass?: { readonly says: string }
}

export type Chunk = {
  readonly choices?: readonly { readonly delta?: { readonly content?: string | null } }[]
  readonly usage?: {
    readonly prompt_tokens: number
    readonly completion_tokens: number
    readonly cost_usd?: number | null
  } | null
  readonly error?: { readonly message: string; readonly code?: string }
}

export type Switches = {
  readonly simulators: readonly {
    readonly region: string
    readonly requests: number
    readonly faults: readonly { readonly fault: string; readonly left: number | 'all' }[]
  }[]
}

/** `/_local/metrics`: of one machine's gateway. */
export type Sums = {
  readonly metrics: readonly {
    readonly name: string
    readonly unit: string
    readonly dimensions: Readonly<Record<string, string>>
    readonly sum: number
    /** Of times alone. */
    readonly percentiles?: Readonly<Record<'p50' | 'p90' | 'p99', number>>
  }[]
}
