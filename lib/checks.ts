/** Small checks that are put together to one of a whole configuration; each answers with problems. */
import { closest } from '../lambda/core/closest.ts'

/** One line a problem: `plans.trial.quota.limit: got -5, needs a whole number of at least 1`. */
export type Check = (value: unknown, path: string) => readonly string[]

export const problem = (path: string, value: unknown, needs: string): string =>
  `${path === '' ? 'the configuration' : path}: got ${shown(value)}, ${needs}`

const fail: (needs: string) => Check = (needs) => (value, path) => [
  problem(path, value, `needs ${needs}`),
]

/** `needs` completes the sentence "got …, needs …". */
export const such =
  (needs: string, holds: (value: unknown) => boolean): Check =>
  (value, path) =>
    holds(value) ? [] : fail(needs)(value, path)

export const matching = (form: RegExp, needs: string): Check =>
  such(needs, (value) => typeof value === 'string' && form.test(value))

export const wholeNumber = (least: number, most = Number.MAX_SAFE_INTEGER): Check =>
  such(
    most === Number.MAX_SAFE_INTEGER
      ? `a whole number of at least ${least}`
      : `a whole number from ${least} to ${most}`,
    (value) => Number.isSafeInteger(value) && Number(value) >= least && Number(value) <= most,
  )

export const numberAbove = (bound: number, most = Number.MAX_VALUE, unit = ''): Check =>
  such(
    `a number above ${bound}${most === Number.MAX_VALUE ? '' : ` and at most ${most}`}${unit}`,
    (value) =>
      typeof value === 'number' && Number.isFinite(value) && value > bound && value <= most,
  )

export const oneOf = (...values: readonly (string | number)[]): Check =>
  such(`one of ${values.map(shown).join(', ')}`, (value) => values.some((each) => each === value))

export const flag: Check = such('true or false', (value) => typeof value === 'boolean')
export const text: Check = matching(/\S/, 'a text that is not empty')

export const list =
  (each: Check, least: 0 | 1 = 0): Check =>
  (value, path) => {
    if (!Array.isArray(value)) return fail('a list')(value, path)
    if (value.length < least) return fail('at least one')(value, path)
    return value.flatMap((item, index) => each(item, `${path}[${index}]`))
  }

/** Names of the operator's own choosing, and what each stands for. */
export const entries =
  (name: Check, each: Check, least: 0 | 1 = 0): Check =>
  (value, path) => {
    if (!isObject(value)) return fail('an object')(value, path)
    if (Object.keys(value).length < least) return fail('at least one')(value, path)
    return Object.entries(value).flatMap(([key, item]) => [
      ...name(key, path),
      ...each(item, `${path}.${key}`),
    ])
  }

export const fields =
  (required: Record<string, Check>, optional: Record<string, Check> = {}): Check =>
  (value, path) => {
    if (!isObject(value)) return fail('an object')(value, path)
    const checks = { ...required, ...optional }
    const at = (key: string) => (path === '' ? key : `${path}.${key}`)
    const unknown = Object.keys(value).filter((key) => !Object.hasOwn(checks, key))
    return [
      ...unknown.map(
        (key) => `${at(key)}: is not known here; ${allowed(key, Object.keys(checks))}`,
      ),
      ...Object.entries(checks).flatMap(([key, check]) =>
        value[key] === undefined && !Object.hasOwn(required, key) ? [] : check(value[key], at(key)),
      ),
    ]
  }

function allowed(key: string, names: readonly string[]): string {
  const meant = closest(key, names)
  return meant === undefined ? `known are ${names.join(', ')}` : `did you mean '${meant}'?`
}

export function needsOneOf(kind: string, names: readonly string[], got: string): string {
  const meant = closest(got, names)
  const hint = meant === undefined ? '' : `; did you mean '${meant}'?`
  return `needs the name of a configured ${kind} (${names.join(', ') || 'there is none'})${hint}`
}

export const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

export function shown(value: unknown): string {
  if (value === undefined) return 'nothing'
  const json = typeof value === 'number' ? String(value) : (JSON.stringify(value) ?? typeof value)
  return json.length > 80 ? `${json.slice(0, 79)}…` : json
}
