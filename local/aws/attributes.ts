/** Items of DynamoDB, and the plain values they stand for. */
import { isValues, type Values } from '../template/values.ts'

/** `{ "N": "1" }` by name. */
export type Item = Readonly<Record<string, Readonly<Record<string, unknown>>>>

export const plainItem = (item: Item): Values =>
  Object.fromEntries(Object.entries(item).map(([name, value]) => [name, plain(value)]))

/** Sets become lists. */
function plain(attribute: Readonly<Record<string, unknown>>): unknown {
  const [[type, value] = ['', undefined]] = Object.entries(attribute)
  switch (type) {
    case 'N':
      return Number(value)
    case 'NULL':
      return null
    case 'B':
      return Buffer.from(String(value), 'base64')
    case 'M':
      return plainItem(isValues(value) ? (value as Item) : {})
    case 'L':
      return (value as readonly Readonly<Record<string, unknown>>[]).map(plain)
    case 'NS':
      return (value as readonly string[]).map(Number)
    case 'BS':
      return (value as readonly string[]).map((each) => Buffer.from(each, 'base64'))
    default:
      return value
  }
}
