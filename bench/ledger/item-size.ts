/** How large DynamoDB takes an item to be, and what it bills for writing and reading it. */
import type { Item } from '../../lambda/ledger/store.ts'

/** AWS, "DynamoDB item sizes and formats": UTF-8 of names and texts; a byte for two digits, and one more. */
export function bytesOf(item: Item): number {
  let bytes = 0
  for (const [name, value] of Object.entries(item)) {
    bytes += Buffer.byteLength(name)
    bytes +=
      typeof value === 'string' ? Buffer.byteLength(value) : Math.ceil(digitsOf(value) / 2) + 1
  }
  return bytes
}

const digitsOf = (value: number): number => String(Math.abs(value)).length + (value < 0 ? 1 : 0)

export const writeUnits = (bytes: number): number => Math.max(1, Math.ceil(bytes / 1024))

/** Of a consistent read. */
export const readUnits = (bytes: number): number => Math.max(1, Math.ceil(bytes / 4096))
