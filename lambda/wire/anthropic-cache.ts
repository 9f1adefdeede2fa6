/** Cache points in Anthropic's words, and the two rules a request must keep with them. */
import type { CachePoint, Message } from '../core/conversation.ts'
import { TollgateError } from '../core/errors.ts'
import type { SaidRequest } from '../core/request.ts'
import { leftOut, oneOf, type Reader, readFields } from './anthropic-fields.ts'
import { faced, shape } from './schema.ts'

/** Anthropic, "Prompt caching". */
const mostPoints = 4

const fields = {
  type: oneOf('ephemeral'),
  ttl: oneOf('5m', '1h'),
  scope: leftOut('a cache belongs to the account that wrote it'),
}

/** Five minutes where no lifetime is given, as Anthropic has it. */
export const cacheControl: Reader<CachePoint> = faced(shape(fields), (value, place) => ({
  ttl: readFields(value, place, fields).ttl ?? '5m',
}))

type Cached = { readonly cache?: CachePoint }

export const cached = (cache: CachePoint | undefined): Cached =>
  cache === undefined ? {} : { cache }

/** `systemTurns`: how many of the first messages stood in `system`. */
export function checkCachePoints(request: SaidRequest, systemTurns: number): void {
  let points = 0
  let minutes = false
  for (const [path, { ttl }] of cachePoints(request, systemTurns)) {
    points += 1
    if (points > mostPoints) throw refusal(path, `is one too many; a request takes ${mostPoints}`)
    if (ttl === '1h' && minutes) throw refusal(path, 'of 1h stands after one of 5m; put it before')
    minutes = minutes || ttl === '5m'
  }
}

/** In the prompt's own order: tools, system, messages. */
function* cachePoints(request: SaidRequest, systemTurns: number): Generator<[string, CachePoint]> {
  yield* pointsOf(request.tools, 'tools')
  for (const [index, { content }] of request.messages.entries()) {
    const inSystem = index < systemTurns
    yield* pointsOf(content, inSystem ? 'system' : `messages[${index - systemTurns}].content`)
  }
}

type Item = Cached & { readonly type?: string; readonly content?: readonly Cached[] }

function* pointsOf(items: readonly Item[], path: string): Generator<[string, CachePoint]> {
  for (const [index, item] of items.entries()) {
    if (item.content !== undefined) yield* pointsOf(item.content, `${path}[${index}].content`)
    if (item.cache !== undefined) yield [`${path}[${index}].cache_control`, item.cache]
  }
}

function refusal(param: string, what: string): TollgateError {
  return new TollgateError('invalid_body', `${param}: this cache point ${what}.`, { param })
}

/** Anthropic, "Automatic caching": the body's own point is that of its last block that takes one. */
export function cachedAtEnd(
  messages: readonly Message[],
  cache: CachePoint | undefined,
): readonly Message[] {
  if (cache === undefined) return messages
  const turn = messages.findLastIndex(({ content }) => content.some(takesPoint))
  return messages.map((message, index) => {
    if (index !== turn) return message
    const last = message.content.findLastIndex(takesPoint)
    const content = message.content.map((block, at) => (at === last ? { cache, ...block } : block))
    return { ...message, content } as Message
  })
}

const takesPoint = ({ type, ...block }: Message['content'][number]): boolean =>
  type !== 'thinking' &&
  type !== 'redacted-thinking' &&
  !(type === 'text' && 'text' in block && block.text.trim() === '')
