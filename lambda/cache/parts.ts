/** Writes typed values down field by field, from lists that name every field there is. */
import type { Json } from '../core/conversation.ts'

/** How one value is written down; `undefined` where it changes no answer. */
export type Part<V> = (value: V) => Json | undefined

/** A field that the type gets and the list has not does not compile. */
type Parts<T> = { readonly [Name in keyof T]-?: Part<Exclude<T[Name], undefined>> }

/** A field, or a kind of block, that the types do not know: nobody has said what it changes. */
export class Unlisted extends Error {}

/** A value of JSON, its own order of keys included: a model reads them in that order. */
export const asIs = (value: unknown): Json => value as Json

export const leftOut = (): undefined => undefined

export const each =
  <V>(part: Part<V>): ((values: readonly V[]) => Json) =>
  (values) =>
    values.map((value) => part(value) ?? null)

/** By the order of the list, so that who made a value first said what in it is no matter. */
export function listed<T extends object>(parts: Parts<T>): (value: T) => Json {
  const entries = Object.entries(parts) as [string, Part<unknown>][]
  const names = new Set(Object.keys(parts))
  return function write(value) {
    const given = value as Readonly<Record<string, unknown>>
    const unlisted = Object.keys(given).find((name) => !names.has(name))
    if (unlisted !== undefined) throw new Unlisted(unlisted)
    const said: Record<string, Json> = {}
    for (const [name, part] of entries) {
      const told = given[name] === undefined ? undefined : part(given[name])
      if (told !== undefined) said[name] = told
    }
    return said
  }
}

/** One list for each kind of a union, by the field that tells them apart. */
export function oneOf<T extends object, Tag extends keyof T & string>(
  tag: Tag,
  parts: { readonly [Kind in T[Tag] & string]: Part<Extract<T, Readonly<Record<Tag, Kind>>>> },
): (value: T) => Json {
  const byKind = new Map(Object.entries(parts) as [string, Part<T>][])
  return function write(value) {
    const part = byKind.get(String(value[tag]))
    if (part === undefined) throw new Unlisted(tag)
    return part(value) ?? null
  }
}
