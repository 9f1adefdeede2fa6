/** Vectors made from a text: the same for the same text, of length one, and near nothing else. */
import { createHash } from 'node:crypto'

/** Numbers as short as what models send. */
const digits = 8

export function vectorOf(text: string, dimensions: number): readonly number[] {
  const random = randomFrom(text)
  const numbers = Array.from({ length: dimensions }, () => random() - 0.5)
  const length = Math.hypot(...numbers)
  return numbers.map((number) => Number((number / length).toFixed(digits)))
}

/** Mulberry32, begun with a hash of the text. */
function randomFrom(text: string): () => number {
  let state = createHash('sha256').update(text).digest().readUInt32LE(0)
  return function next() {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

/** How each type of embedding writes a vector's numbers. */
export const embeddingTypes = {
  float: (vector: readonly number[]) => vector,
  int8: (vector: readonly number[]) => vector.map((number) => Math.round(number * 127)),
  uint8: (vector: readonly number[]) => vector.map((number) => Math.round(number * 127) + 128),
  binary: (vector: readonly number[]) => packed(vector).map((byte) => byte - 128),
  ubinary: (vector: readonly number[]) => packed(vector),
} as const satisfies Record<string, (vector: readonly number[]) => readonly number[]>

export type EmbeddingType = keyof typeof embeddingTypes

/** Eight signs a byte. */
const packed = (vector: readonly number[]): readonly number[] =>
  Array.from({ length: vector.length / 8 }, (_, at) =>
    vector.slice(at * 8, at * 8 + 8).reduce((byte, number) => byte * 2 + (number > 0 ? 1 : 0), 0),
  )
