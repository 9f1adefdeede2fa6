/** Makes a template ready: its JSON is read once, and its places are filled as often as it is asked. */
import type { Json, JsonObject } from '../core/conversation.ts'
import type { TemplateConfig } from '../core/rules-config.ts'

/** By place. */
export type Values = Readonly<Record<string, string>>

export type Template = {
  /** What its places are called, each once, in the order of the text. */
  readonly places: readonly string[]
  /** The same JSON with the places filled; every place has a value. */
  readonly render: (values: Values) => JsonObject
  /** Most bytes it can come to, as UTF-8 without JSON's own marks. */
  readonly bytes: (values: Values) => number
}

/** Kong's form of a place. */
const place = /\{\{([A-Za-z0-9_]+)\}\}/g

export const parsed = (template: TemplateConfig): Json =>
  typeof template === 'string' ? (JSON.parse(template) as Json) : template

/**
 * Places stand in texts alone, and are filled once: what a value says is text, quotes, braces and
 * `{{names}}` included.
 */
export function compiled(template: TemplateConfig): Template {
  const json = parsed(template) as JsonObject
  const texts = textsOf(json)
  const own = texts.reduce((sum, text) => sum + Buffer.byteLength(text), 0)
  const named = texts.flatMap((text) => [...text.matchAll(place)].map(([, name = '']) => name))
  return {
    places: [...new Set(named)],
    render: (values) => filled(json, values) as JsonObject,
    bytes: (values) =>
      named.reduce((sum, name) => sum + Buffer.byteLength(values[name] ?? ''), own),
  }
}

export function textsOf(json: Json): readonly string[] {
  if (typeof json === 'string') return [json]
  if (typeof json !== 'object' || json === null) return []
  return Object.values(json).flatMap((value) => textsOf(value as Json))
}

function filled(json: Json, values: Values): Json {
  if (typeof json === 'string') return json.replace(place, (_, name: string) => values[name] ?? '')
  if (Array.isArray(json)) return json.map((item: Json) => filled(item, values))
  if (typeof json !== 'object' || json === null) return json
  return Object.fromEntries(Object.entries(json).map(([key, item]) => [key, filled(item, values)]))
}
