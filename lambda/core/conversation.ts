/** The conversation a model reads: ordered, typed blocks on both sides. */

/** A mark after which the provider may remember the prompt; TTLs as Bedrock offers them. */
export type CachePoint = { readonly ttl: '5m' | '1h' }

export type Text = {
  readonly type: 'text'
  readonly text: string
  readonly cache?: CachePoint
}

export type ImageType = 'image/png' | 'image/jpeg' | 'image/gif' | 'image/webp'

/** `data` is base64; the gateway never fetches an image from an address. */
export type Image = {
  readonly type: 'image'
  readonly mediaType: ImageType
  readonly data: string
  readonly cache?: CachePoint
}

/** `data` is base64; `mediaType` such as `application/pdf` or `text/plain`. */
export type Document = {
  readonly type: 'document'
  readonly mediaType: string
  readonly name?: string
  readonly data: string
  readonly cache?: CachePoint
}

/** What a model thought, with the signature that lets the same family take it back. */
export type Thinking = {
  readonly type: 'thinking'
  readonly text: string
  readonly signature?: string
}

export type RedactedThinking = { readonly type: 'redacted-thinking'; readonly data: string }

export type ToolCall = {
  readonly type: 'tool-call'
  readonly id: string
  readonly name: string
  readonly input: JsonObject
  readonly cache?: CachePoint
}

export type ToolResult = {
  readonly type: 'tool-result'
  readonly callId: string
  readonly content: readonly (Text | Image | Document)[]
  readonly failed: boolean
  readonly cache?: CachePoint
}

export type SystemMessage = { readonly role: 'system'; readonly content: readonly Text[] }
export type UserBlock = Text | Image | Document | ToolResult
export type UserMessage = { readonly role: 'user'; readonly content: readonly UserBlock[] }
export type AssistantBlock = Text | Thinking | RedactedThinking | ToolCall
export type AssistantMessage = {
  readonly role: 'assistant'
  readonly content: readonly AssistantBlock[]
}

/** System is a role, so that its place in the conversation survives. */
export type Message = SystemMessage | UserMessage | AssistantMessage

export type Json =
  | null
  | boolean
  | number
  | string
  | readonly Json[]
  | { readonly [key: string]: Json }
export type JsonObject = { readonly [key: string]: Json }
