/** Makes one call of what a caller said: which model, what is asked of it, and whether it can be. */
import { converse } from './bodies/converse.ts'
import type { Catalogue, Found } from './catalogue.ts'
import type {
  Body,
  Caller,
  ChatDialect,
  CountDialect,
  EmbedDialect,
  HttpRequest,
  NativeDialect,
  Notice,
} from './core/contracts.ts'
import { TollgateError } from './core/errors.ts'
import { fit } from './core/fit.ts'
import { fitEmbedding } from './core/fit-embedding.ts'
import type { AnyModel, EmbeddingModel, Model } from './core/model.ts'
import type { EmbedRequest, FittedRequest, NativeRequest } from './core/request.ts'

/** What a call says, without what surrounds it. */
export type Said =
  | {
      readonly task: 'chat' | 'count'
      readonly request: FittedRequest
      readonly model: Model
      readonly body: Body
      readonly native?: NativeRequest
      readonly sendAs?: string
    }
  | {
      readonly task: 'embed'
      readonly request: EmbedRequest
      readonly model: EmbeddingModel
      readonly native?: NativeRequest
      readonly sendAs?: string
    }

export type AskingDialect = ChatDialect | CountDialect | EmbedDialect | NativeDialect

export function callReader(catalogue: Catalogue) {
  return function readCall(
    dialect: AskingDialect,
    http: HttpRequest,
    caller: Caller,
    notice: Notice,
    found: (asked: string, model?: AnyModel) => void,
  ): Said {
    const find = (name: string): Found => {
      found(name)
      const one = catalogue.find(name, caller)
      found(name, one.model)
      return one
    }
    if (dialect.task === 'native') return readNative(dialect, http, find(dialect.modelOf(http)))
    if (dialect.task === 'embed') {
      const asked = dialect.parse(http, notice)
      const { model, ...rest } = find(asked.model)
      if (model.task !== 'embed') throw notFor(model, 'answers conversations, not embeddings')
      return { task: 'embed', request: fitEmbedding(asked, model), model, ...rest }
    }
    const asked = dialect.parse(http, notice)
    const { model, ...rest } = find(asked.model)
    if (model.task === 'embed') throw notFor(model, 'makes embeddings, not answers')
    const request = fit(asked, model, chatModels(catalogue, caller), notice)
    return { task: dialect.task, request, model, body: model.body, ...rest }
  }
}

/** What a native caller asks Bedrock itself will judge; here it is only read, and bounded. */
function readNative(dialect: NativeDialect, http: HttpRequest, { model, ...rest }: Found): Said {
  const native = dialect.native(http)
  const view = dialect.parse(http, model, converse)
  if (model.task === 'embed') {
    return { task: 'embed', request: view as EmbedRequest, model, native, ...rest }
  }
  const request = { maxTokens: model.limits.output, ...view } as FittedRequest
  const body = dialect.operation === 'converse' ? converse : model.body
  return { task: 'chat', request, model, body, native, ...rest }
}

/** Looked at only where one of them is to be advised. */
function* chatModels(catalogue: Catalogue, caller: Caller): Generator<[string, Model]> {
  for (const [name, model] of catalogue.usableBy(caller)) {
    if (model.task !== 'embed') yield [name, model]
  }
}

const notFor = ({ name }: AnyModel, says: string): TollgateError =>
  new TollgateError('invalid_body', `model: ${name} ${says}.`, { param: 'model' })
