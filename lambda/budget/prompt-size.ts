/** How long a prompt can be for the model that reads it: measured once a call, in bytes. */
import type { Call, ChatCall, EmbedCall } from '../core/contracts.ts'
import type {
  AssistantBlock,
  CachePoint,
  JsonObject,
  Message,
  UserBlock,
} from '../core/conversation.ts'
import type { Model } from '../core/model.ts'
import type { ChatRequest, NativeRequest } from '../core/request.ts'
import { added, mostPerByte, mostPerImage } from './bounds.ts'

export type PromptSize = {
  /** Most tokens it can be. */
  readonly bound: number
  /** Of words alone, for what is learnt of them. */
  readonly bytes: number
  readonly images: number
  /** A document whose length its bytes do not bound: pages of a PDF, a compressed text. */
  readonly opaque: boolean
  /** What its tokens can be billed as. */
  readonly kinds: readonly PromptKind[]
}

export type PromptKind = 'input' | 'cacheWrite5m' | 'cacheWrite1h'

type Measure = {
  bytes: number
  fixed: number
  images: number
  /** Characters of base64 that no model reads as such. */
  media: number
  opaque: boolean
  cached: boolean
  cachedHour: boolean
}

const sizes = new WeakMap<Call['request'], PromptSize>()

export function promptSize(call: Call): PromptSize {
  const known = sizes.get(call.request)
  if (known !== undefined) return known
  const size = call.task === 'embed' ? ofTexts(call) : ofConversation(call)
  sizes.set(call.request, size)
  return size
}

/** Each text is read apart, as many upstream calls as there are. */
function ofTexts({ request, model }: EmbedCall): PromptSize {
  const most = mostPerByte(model)
  let bytes = 0
  let bound = 0
  for (const text of request.inputs) {
    const own = Buffer.byteLength(text) + added.message
    bytes += own
    bound += Math.min(own * most, model.limits.context)
  }
  return { bytes, bound, images: 0, opaque: false, kinds: ['input'] }
}

function ofConversation({ request, model, native }: ChatCall): PromptSize {
  const of: Measure = { ...nothing, fixed: added.request }
  for (const message of request.messages) measureMessage(of, message)
  measureTools(of, request)
  const { images, opaque } = of
  /** A native body may say what its view has no words for; an escape is longer than what it says. */
  const words = native === undefined ? of.bytes : Buffer.byteLength(native.body) - of.media
  const bytes = words + of.fixed
  const bound = bytes * mostPerByte(model) + images * mostPerImage(model)
  const context = mostContext(request, model.limits.context)
  const kinds = kindsOf(of, model, native)
  return { bytes, bound: opaque ? context : Math.min(bound, context), images, opaque, kinds }
}

const nothing: Measure = {
  bytes: 0,
  fixed: 0,
  images: 0,
  media: 0,
  opaque: false,
  cached: false,
  cachedHour: false,
}

/** A model that prices writing and takes no cache points keeps prompts by itself. */
function kindsOf(of: Measure, { accepts }: Model, native: NativeRequest | undefined) {
  if (!accepts.cachePoints) return ['input', 'cacheWrite5m'] as const
  const unseen = native !== undefined && mayCache(native.body)
  const kinds: PromptKind[] = ['input']
  if (of.cached || unseen) kinds.push('cacheWrite5m')
  if (of.cachedHour || unseen) kinds.push('cacheWrite1h')
  return kinds
}

/** A view may leave out a cache point, and a name may be written in escapes. */
const mayCache = (body: string): boolean => /"cache(_control|Point)"|\\u00/.test(body)

function measureCache(of: Measure, cache: CachePoint | undefined): void {
  if (cache === undefined) return
  of.cached = true
  of.cachedHour = of.cachedHour || cache.ttl === '1h'
}

/** AWS: with this beta Claude reads up to a million tokens, whatever the model's own limit. */
const mostContext = ({ betas = [] }: ChatRequest, context: number): number =>
  betas.some((beta) => beta.startsWith('context-1m')) ? Math.max(context, 1_000_000) : context

function measureMessage(of: Measure, { content }: Message): void {
  of.fixed += added.message
  for (const block of content) measureBlock(of, block)
}

function measureBlock(of: Measure, block: UserBlock | AssistantBlock): void {
  of.fixed += added.block
  if ('cache' in block) measureCache(of, block.cache)
  switch (block.type) {
    case 'text':
      of.bytes += Buffer.byteLength(block.text)
      break
    case 'image':
      of.images += 1
      of.media += block.data.length
      break
    case 'document':
      of.bytes += Buffer.byteLength(block.name ?? '') + documentBytes(block.data)
      of.opaque = of.opaque || !block.mediaType.startsWith('text/')
      break
    case 'thinking':
      of.bytes += jsonBytes(block.text) + (block.signature?.length ?? 0)
      break
    case 'redacted-thinking':
      of.bytes += block.data.length
      break
    case 'tool-call':
      of.bytes += twice(block.id) + Buffer.byteLength(block.name) + jsonBytes(block.input)
      break
    case 'tool-result':
      of.bytes += twice(block.callId)
      for (const part of block.content) measureBlock(of, part)
      break
  }
}

/** Three bytes in four characters of base64; twice that, for how it is put to the model is not told. */
const documentBytes = (data: string): number => Math.ceil(data.length * 1.5)

/** Some bodies name a call again beside its result. */
const twice = (id: string): number => 2 * Buffer.byteLength(id)

const jsonBytes = (value: JsonObject | string): number => Buffer.byteLength(JSON.stringify(value))

/** A form of the answer may be held by a tool. */
function measureTools(of: Measure, { tools, output }: ChatRequest): void {
  const form = output?.type === 'json-schema' ? output : undefined
  if (tools.length > 0 || output !== undefined) of.fixed += added.tools
  for (const { name, description = '', input, cache } of tools) {
    measureCache(of, cache)
    of.fixed += added.tool
    of.bytes += Buffer.byteLength(name) + Buffer.byteLength(description) + jsonBytes(input)
  }
  if (form === undefined) return
  of.fixed += added.tool
  of.bytes += Buffer.byteLength(form.name + (form.description ?? '')) + jsonBytes(form.schema)
}
