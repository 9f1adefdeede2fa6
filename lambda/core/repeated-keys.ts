/** Finds JSON that says a key twice: readers differ in which one counts, and one would miss the other. */
import type { Json } from './conversation.ts'

/** `read` is what the text was parsed to. */
export function repeatsKeys(written: string, read: Json): boolean {
  const strings = written.matchAll(/"[^"\\]*(?:\\.[^"\\]*)*"(\s*:)?/gs)
  let keys = 0
  for (const [, colon] of strings) if (colon !== undefined) keys += 1
  return keys !== keysIn(read)
}

function keysIn(value: Json): number {
  if (typeof value !== 'object' || value === null) return 0
  const items = Object.values(value)
  const own = Array.isArray(value) ? 0 : items.length
  return items.reduce<number>((sum, item) => sum + keysIn(item), own)
}
