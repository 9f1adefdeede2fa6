/** The form of templates and decorations: what callers may ask by name, and what is put around their words. */
import type { JsonObject } from '../lambda/core/conversation.ts'
import { TollgateError } from '../lambda/core/errors.ts'
import type { TemplateConfig } from '../lambda/core/rules-config.ts'
import { compiled, parsed, textsOf } from '../lambda/templates/compile.ts'
import { readOpenAiRequest } from '../lambda/wire/openai-request.ts'
import {
  type Check,
  entries,
  fields,
  flag,
  isObject,
  list,
  matching,
  oneOf,
  problem,
  text,
} from './checks.ts'

const strangePlace = /\{\{(?![A-Za-z0-9_]+\}\})[^{}]*\}\}/

const template: Check = (value, path) => {
  const json = jsonOf(value)
  if (!isObject(json)) {
    return [problem(path, value, 'needs a chat completions body: an object, or its text as JSON')]
  }
  const strange = textsOf(json as JsonObject).flatMap((each) => strangePlace.exec(each) ?? [])
  if (strange.length > 0) {
    const needs = 'needs places such as {{name}}: letters, digits and _ alone'
    return strange.map((each) => problem(path, each, needs))
  }
  const [inKey] = keysOf(json).filter((key) => key.includes('{{'))
  if (inKey !== undefined) return [problem(path, inKey, 'needs its places in values, not in names')]
  return chatProblems(path, value as TemplateConfig)
}

function jsonOf(value: unknown): unknown {
  try {
    return typeof value === 'string' ? parsed(value) : value
  } catch {
    return undefined
  }
}

const keysOf = (json: unknown): readonly string[] =>
  typeof json !== 'object' || json === null
    ? []
    : [...(isObject(json) ? Object.keys(json) : []), ...Object.values(json).flatMap(keysOf)]

/** Filled with any word, it must be what the gateway takes from a caller. */
function chatProblems(path: string, value: TemplateConfig): readonly string[] {
  const { render, places } = compiled(value)
  try {
    readOpenAiRequest(render(Object.fromEntries(places.map((place) => [place, 'word']))), () => {})
    return []
  } catch (thrown) {
    if (!(thrown instanceof TollgateError)) throw thrown
    return [`${path}: is refused when it is asked, with any word in its places: ${thrown.message}`]
  }
}

/** Of the gateway alone. */
export const templateFields: Readonly<Record<string, Check>> = {
  templates: entries(
    matching(/^[A-Za-z0-9_.-]{1,64}$/, 'names of letters, digits, _ . and -'),
    template,
  ),
}

const messages = list(fields({ content: text }, { role: oneOf('system', 'user', 'assistant') }), 1)

const around = fields({}, { prepend: messages, append: messages })

const decorate: Check = (value, path) =>
  isObject(value) && Object.keys(value).length === 0
    ? [problem(path, value, 'needs prepend, append or both')]
    : around(value, path)

/** Of the gateway, a team, or an alias with targets. */
export const decorateFields: Readonly<Record<string, Check>> = {
  decorate,
  allow_untemplated: flag,
}
