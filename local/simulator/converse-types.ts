/** A Converse request, once its shape is known to be right. */

export type CacheTtl = '5m' | '1h'
export type CachePoint = { readonly type: 'default'; readonly ttl?: CacheTtl }
export type Reasoning = {
  readonly reasoningText?: { readonly text: string; readonly signature?: string }
  readonly redactedContent?: string
}
type Media = {
  readonly image?: { readonly format: string; readonly source: { readonly bytes?: string } }
  readonly video?: unknown
  readonly document?: {
    readonly format?: string
    readonly name: string
    readonly source: {
      readonly bytes?: string
      readonly text?: string
      readonly content?: readonly { readonly text: string }[]
    }
  }
}

export type ToolResultPart = Media & {
  readonly text?: string
  readonly json?: unknown
  readonly searchResult?: unknown
}

/** Told apart by its one key. */
export type ConverseBlock = Media & {
  readonly text?: string
  readonly toolUse?: { readonly toolUseId: string; readonly name: string; readonly input: unknown }
  readonly toolResult?: {
    readonly toolUseId: string
    readonly content: readonly ToolResultPart[]
    readonly status?: 'success' | 'error'
  }
  readonly guardContent?: { readonly text: { readonly text: string } }
  readonly cachePoint?: CachePoint
  readonly reasoningContent?: Reasoning
  readonly searchResult?: unknown
}

export type ConverseMessage = {
  readonly role: 'user' | 'assistant'
  readonly content: readonly ConverseBlock[]
}

export type ConverseTool = {
  readonly toolSpec?: { readonly name: string; readonly inputSchema: { readonly json: unknown } }
  readonly systemTool?: { readonly name: string }
  readonly cachePoint?: CachePoint
}

export type ConverseBody = {
  readonly messages?: readonly ConverseMessage[]
  readonly system?: readonly ConverseBlock[]
  readonly inferenceConfig?: {
    readonly maxTokens?: number
    readonly temperature?: number
    readonly topP?: number
    readonly stopSequences?: readonly string[]
  }
  readonly toolConfig?: {
    readonly tools: readonly ConverseTool[]
    readonly toolChoice?: {
      readonly auto?: object
      readonly any?: object
      readonly tool?: { readonly name: string }
    }
  }
  readonly additionalModelRequestFields?: Readonly<Record<string, unknown>>
  readonly additionalModelResponseFieldPaths?: readonly string[]
  readonly promptVariables?: object
  readonly requestMetadata?: Readonly<Record<string, unknown>>
  readonly performanceConfig?: { readonly latency?: string }
  readonly serviceTier?: { readonly type: string }
  readonly outputConfig?: {
    readonly effort?: string
    readonly textFormat?: {
      readonly structure: { readonly jsonSchema: { readonly schema: string } }
    }
  }
  readonly guardrailConfig?: {
    readonly guardrailIdentifier?: string
    readonly guardrailVersion?: string
  }
}
