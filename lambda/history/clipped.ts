/** Cuts a text to so many bytes of UTF-8, between two letters, and says so by an ellipsis. */

const ellipsis = '…'

/** `bytes`: the ellipsis included. */
export function clippedTo(bytes: number, text: string): string {
  const all = Buffer.from(text)
  if (all.length <= bytes) return text
  const kept = all.subarray(0, bytes - Buffer.byteLength(ellipsis))
  /** A letter that is cut through is left out: as in a stream, it waits for the rest of its bytes. */
  return new TextDecoder().decode(kept, { stream: true }) + ellipsis
}
