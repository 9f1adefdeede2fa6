/**
 * CountTokens: how long a request would be, at no charge.
 * AWS, "Monitor your token usage by counting tokens": Claude's models only, by their bare id.
 */
import type { AnyModel } from '../../lambda/core/model.ts'
import { readConverse } from './converse.ts'
import { countTokensShape } from './converse-body.ts'
import { parsedJson } from './converse-rules.ts'
import type { ConverseBody } from './converse-types.ts'
import { invalid } from './exceptions.ts'
import { familyOf } from './families.ts'
import { checkBody } from './family.ts'
import { notCounted } from './targets.ts'
import { smithyWording, validationErrors } from './wordings.ts'

type Body = {
  readonly input: {
    readonly invokeModel?: { readonly body: string }
    readonly converse?: ConverseBody
  }
}

const shape = {
  shape: () => countTokensShape,
  wording: smithyWording,
  frame: validationErrors,
  rules: [],
}

const way = { streams: false }

export function countTokens(model: AnyModel, body: unknown): number {
  if (model.body.id !== 'claude-messages' || model.task === 'embed') throw notCounted()
  checkBody(body, model, shape, way)
  const { invokeModel, converse } = (body as Body).input
  const family = familyOf(model.body.id)
  if (converse !== undefined) return sum(readConverse(converse, model, way).parts)
  const native = parsedJson(Buffer.from(invokeModel?.body ?? '', 'base64').toString())
  if (native === undefined || family === undefined) {
    throw invalid('Malformed input request, please reformat your input and try again.')
  }
  checkBody(native, model, family, way)
  return sum(family.read(native as never, model).parts)
}

const sum = (parts: readonly { readonly tokens: number }[]) =>
  parts.reduce((all, { tokens }) => all + tokens, 0)
