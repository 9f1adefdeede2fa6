/** Lets a function look at what is the gateway's and change none of it, without a copy of long texts. */

export function frozen<T>(value: T): T {
  if (typeof value !== 'object' || value === null) return value
  for (const each of Object.values(value)) frozen(each)
  return Object.freeze(value)
}
