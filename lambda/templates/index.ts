/** Puts the operator's prompt in the place of a request that asks for it by name. */
import { closest } from '../core/closest.ts'
import type { Notice } from '../core/contracts.ts'
import type { JsonObject } from '../core/conversation.ts'
import type { Dialect, HttpRequest, TemplateAsk } from '../core/dialect.ts'
import { TollgateError } from '../core/errors.ts'
import type { TemplateConfig } from '../core/rules-config.ts'
import { compiled, type Template, type Values } from './compile.ts'

/** Bytes of a rendered body's texts, as a caller's own body may have: a value in many places is said many times. */
const largest = 4_500_000

export type Rendered = (dialect: Dialect, http: HttpRequest, notice: Notice) => HttpRequest

/** Leaves a request as it is that asks for no template. */
export function openTemplates(templates: Readonly<Record<string, TemplateConfig>> = {}): Rendered {
  const known = new Map(
    Object.entries(templates).map(([name, template]) => [name, compiled(template)]),
  )

  return function rendered({ templateAsk }, http, notice) {
    const ask = templateAsk?.(http.body)
    if (ask === undefined) return http
    const template = known.get(ask.name)
    if (template === undefined) throw notFound(ask, [...known.keys()])
    const values = valuesOf(ask)
    const missing = template.places.filter((place) => !Object.hasOwn(values, place))
    if (missing.length > 0) {
      const listed = missing.map((place) => `[${place}]`).join(', ')
      throw wrong(ask.params.values, `missing template parameters: ${listed}`)
    }
    return made(ask, http, bodyOf(template, values, ask), notice)
  }
}

function notFound({ name, params }: TemplateAsk, known: readonly string[]): TollgateError {
  const asked = name.length > 60 ? `${name.slice(0, 60)}…` : name
  const meant = closest(asked, known)
  const hint = meant === undefined ? '' : ` Did you mean '${meant}'?`
  const there = known.length === 0 ? 'this gateway has none' : `there are ${known.join(', ')}`
  return wrong(params.name, `could not find template name [${asked}]: ${there}.${hint}`)
}

function valuesOf({ values: sent, params }: TemplateAsk): Values {
  const { values: param } = params
  const values = sent ?? {}
  if (typeof values !== 'object' || Array.isArray(values)) {
    throw wrong(param, `${param} must be an object, got ${kind(values)}`)
  }
  for (const [name, value] of Object.entries(values)) {
    if (typeof value === 'string') continue
    const which = `${param}.${name.length > 60 ? `${name.slice(0, 60)}…` : name}`
    const kinds = param === 'properties' ? 'property' : 'variable'
    throw wrong(which, `${kinds} values must be a string, got ${kind(value)}: ${which}`)
  }
  return values as Values
}

const kind = (value: unknown): string =>
  value === null ? 'null' : Array.isArray(value) ? 'list' : typeof value

function bodyOf(template: Template, values: Values, { name }: TemplateAsk): JsonObject {
  const bytes = template.bytes(values)
  if (bytes <= largest) return template.render(values)
  const message = `The template '${name}' comes to ${bytes} bytes; this gateway takes up to ${largest}.`
  throw new TollgateError('request_too_large', message)
}

/** The template's own model is asked, where it names one; how the answer comes is the caller's. */
function made(
  { name, beside }: TemplateAsk,
  http: HttpRequest,
  own: JsonObject,
  notice: Notice,
): HttpRequest {
  const { model: inPath, ...others } = http.pathParameters
  const { model: asked = inPath } = beside
  const named = own.model !== undefined && own.model !== null
  if (named && asked !== undefined && asked !== own.model) {
    notice(`model: left out; the template '${name}' names ${own.model}`)
  }
  const body = { ...own, ...beside, ...(named && { model: own.model }) }
  const pathParameters = named ? others : http.pathParameters
  return { ...http, body, text: JSON.stringify(body), pathParameters, template: name }
}

const wrong = (param: string, message: string): TollgateError =>
  new TollgateError('template_error', message, { param })
