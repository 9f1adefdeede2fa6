/** How a value a caller sent is shown to the caller again: short, and never whole where it is large. */
export const clipped = (value: string): string =>
  value.length > 60 ? `${value.slice(0, 60)}…` : value

export function shown(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(clipped(value))
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : kind(value)
}

export function kind(value: unknown): string {
  if (value === undefined) return 'nothing'
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'a list'
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`
}
