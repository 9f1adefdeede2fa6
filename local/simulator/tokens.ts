/** Simulated tokens: four characters each, counted and remembered as a provider's prompt cache does. */
import { createHash } from 'node:crypto'

const charactersPerToken = 4
/** Prompts shorter than this are not cached, and nothing says so. */
const leastCached = 1_024
/** An image costs the same whatever its size. */
export const imageTokens = 800

export const tokensOf = (text: string): number => Math.ceil(text.length / charactersPerToken)

/** As much of a text as fits, never half of a surrogate pair. */
export function firstTokens(text: string, tokens: number): string {
  const cut = text.slice(0, tokens * charactersPerToken)
  return cut.isWellFormed() ? cut : cut.slice(0, -1)
}

/** A piece of a prompt in the order the model reads it; `cache` marks the end of a cached prefix. */
export type Part = {
  readonly text: string
  readonly tokens: number
  readonly cache?: '5m' | '1h' | undefined
}

/** Disjoint counts. */
export type InputUsage = {
  readonly input: number
  readonly cacheRead: number
  readonly cacheWrite5m: number
  readonly cacheWrite1h: number
}

/** `remembered` holds the prefixes seen before; `prefixes` are those that are kept from now on. */
export function countInput(parts: readonly Part[], model: string, remembered: ReadonlySet<string>) {
  const read = createHash('sha256').update(model)
  const prefixes: string[] = []
  let total = 0
  let cacheRead = 0
  let until5m = 0
  let until1h = 0
  for (const { text, tokens, cache } of parts) {
    read.update(`${text}\0`)
    total += tokens
    if (cache === undefined || total < leastCached) continue
    const prefix = read.copy().digest('hex')
    prefixes.push(prefix)
    if (remembered.has(prefix)) cacheRead = total
    else if (cache === '1h') until1h = total
    else until5m = total
  }
  const cacheWrite1h = Math.max(0, until1h - cacheRead)
  const cacheWrite5m = Math.max(0, until5m - Math.max(cacheRead, until1h))
  const input = total - cacheRead - cacheWrite1h - cacheWrite5m
  const usage: InputUsage = { input, cacheRead, cacheWrite5m, cacheWrite1h }
  return { usage, prefixes }
}

export type Piece = { readonly text: string; readonly tokens: number }

/** Up to three words a piece, long words in parts; together they are the text again. */
const fewWords = /(?:\s*\S{1,16}){1,3}\s*|\s+/gu

export function piecesOf(text: string): readonly Piece[] {
  let read = 0
  return (text.match(fewWords) ?? []).map(function piece(words) {
    const before = Math.ceil(read / charactersPerToken)
    read += words.length
    return { text: words, tokens: Math.ceil(read / charactersPerToken) - before }
  })
}
