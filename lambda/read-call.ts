/** Makes one call of what a caller said: which model, what is asked of it, and whether it can be. */
import { converse } from './bodies/converse.ts'
import type { Catalogue } from './catalogue.ts'
import type { Caller, Notice, Said, Target, Written } from './core/contracts.ts'
import type {
  ChatDialect,
  CountDialect,
  EmbedDialect,
  HttpRequest,
  NativeDialect,
} from './core/dialect.ts'
import { TollgateError } from './core/errors.ts'
import { fit } from './core/fit.ts'
import { fitEmbedding } from './core/fit-embedding.ts'
import type { AnyModel, Model } from './core/model.ts'
import type { EmbedRequest, FittedRequest } from './core/request.ts'
import { bodyIn } from './edge/input-gate.ts'
import type { Route } from './targets.ts'

export type AskingDialect = ChatDialect | CountDialect | EmbedDialect | NativeDialect

type Found = (asked: string, target?: Target) => void

export function callReader(catalogue: Catalogue) {
  /**
   * What another text would ask is not told as found: what the caller named stays what it named,
   * and how the answer comes is the caller's.
   */
  return function readCall(
    dialect: AskingDialect,
    http: HttpRequest,
    caller: Caller,
    notice: Notice,
    found: Found,
  ): Said & { readonly written: Written } {
    const told = new Set<string>()
    const once = (text: string) => {
      if (!told.has(text)) notice(text)
      told.add(text)
    }
    const said = read(dialect, http, caller, once, found)
    const posted = withBody(http)
    const instead = (text: string) => {
      const body = named(bodyIn(text), said, posted)
      const other = read(dialect, { ...posted, text, body }, caller, once, () => {})
      return streamedAs(said, other)
    }
    return { ...said, written: { text: posted.text, instead } }
  }

  function read(
    dialect: AskingDialect,
    http: HttpRequest,
    caller: Caller,
    notice: Notice,
    found: Found,
  ): Said {
    const find = (name: string): Route => {
      found(name)
      const route = catalogue.find(name, caller)
      const [first] = route.targets
      if (first === undefined) throw unreachable(route.model)
      found(name, first)
      return route
    }
    if (dialect.task === 'native') return readNative(dialect, http, find(dialect.modelOf(http)))
    if (dialect.task === 'embed') {
      const asked = dialect.parse(http, notice)
      const { model, targets, strategy, rules } = find(asked.model)
      if (model.task !== 'embed') throw notFor(model, 'answers conversations, not embeddings')
      return { task: 'embed', request: fitEmbedding(asked, model), model, targets, strategy, rules }
    }
    const asked = dialect.parse(http, notice)
    const { model, targets, strategy, rules } = find(asked.model)
    if (model.task === 'embed') throw notFor(model, 'makes embeddings, not answers')
    const request = fit(asked, model, chatModels(catalogue, caller), notice)
    const templated = http.template === undefined ? {} : { templated: http.template }
    const aim = { targets, strategy, rules, ...templated }
    return { task: dialect.task, request, model, body: model.body, ...aim }
  }
}

/** A question in an address has the body that would have asked it. */
function withBody(http: HttpRequest): HttpRequest {
  const { route, pathParameters, query } = http
  if (route.method !== 'GET') return http
  const body = { model: pathParameters.model, question: query.p }
  return { ...http, route: { method: 'POST', path: '/bedrock' }, body, text: JSON.stringify(body) }
}

/** Where the caller's own body names a model, that one is asked until another is named. */
function named(body: unknown, { request }: Said, { body: theirs }: HttpRequest): unknown {
  const isNamed = isObject(theirs) && typeof theirs.model === 'string'
  if (!isNamed || !isObject(body) || body.model !== undefined) return body
  return { ...body, model: request.model }
}

function streamedAs({ request: { stream } }: Said, said: Said): Said {
  if (said.task === 'embed') return said
  return { ...said, request: { ...said.request, stream } }
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** What a native caller asks Bedrock itself will judge; here it is only read, and bounded. */
function readNative(dialect: NativeDialect, http: HttpRequest, route: Route): Said {
  const first = route.targets.find(({ type }) => type === 'bedrock')
  if (first === undefined) {
    const says = 'is no model of Bedrock; POST /v1/chat/completions and /v1/messages have it'
    throw notFor(route.model, says)
  }
  const { model } = first
  const { strategy, rules } = route
  const targets = route.targets.filter((target) => target.model === model)
  const native = dialect.native(http)
  const view = dialect.parse(http, model, converse)
  if (model.task === 'embed') {
    return { task: 'embed', request: view as EmbedRequest, model, native, targets, strategy, rules }
  }
  const request = { maxTokens: model.limits.output, ...view } as FittedRequest
  const body = dialect.operation === 'converse' ? converse : model.body
  return { task: 'chat', request, model, body, native, targets, strategy, rules }
}

/** Looked at only where one of them is to be advised. */
function* chatModels(catalogue: Catalogue, caller: Caller): Generator<[string, Model]> {
  for (const [name, model] of catalogue.usableBy(caller)) {
    if (model.task !== 'embed') yield [name, model]
  }
}

const unreachable = ({ name }: AnyModel): TollgateError =>
  new TollgateError('model_not_found', `${name} cannot be called from this gateway's regions.`, {
    param: 'model',
  })

const notFor = ({ name }: AnyModel, says: string): TollgateError =>
  new TollgateError('invalid_body', `model: ${name} ${says}.`, { param: 'model' })
