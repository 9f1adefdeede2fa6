/** The form of transformers: functions, or models with a prompt; and whether those models can be asked. */
import { closest } from '../lambda/core/closest.ts'
import type { GatewayConfig } from '../lambda/core/config.ts'
import type { AnyModel } from '../lambda/core/model.ts'
import type { Rules } from '../lambda/core/rules-config.ts'
import type { ModelTransform, TransformConfig } from '../lambda/core/transform-config.ts'
import { anyModelById } from '../lambda/models/index.ts'
import { modelsOf, namedModel } from '../lambda/targets.ts'
import { type Check, fields, isObject, problem, text, wholeNumber } from './checks.ts'
import { reachProblems } from './reach-problems.ts'
import { attackOnShort } from './slow-patterns.ts'

const pattern: Check = (value, path) => {
  const problems = text(value, path)
  if (problems.length > 0) return problems
  try {
    new RegExp(value as string, 'im')
  } catch (thrown) {
    const [, why = 'it is none'] = /: ([^:]*)$/.exec((thrown as Error).message) ?? []
    return [problem(path, value, `needs a JavaScript regular expression: ${why}`)]
  }
  const slow = attackOnShort(value as string, 'im')
  return slow === undefined ? [] : [problem(path, value, slow)]
}

const byModel = fields(
  { prompt: text, model: text },
  { transformation_extract_pattern: pattern, maxTokens: wholeNumber(1) },
)

const one: Check = (value, path) => {
  if (typeof value === 'function') return []
  return isObject(value)
    ? byModel(value, path)
    : [problem(path, value, 'needs a function, or {prompt, model}')]
}

const oneOrMore: Check = (value, path) => {
  if (!Array.isArray(value)) return one(value, path)
  if (value.length === 0) return [problem(path, value, 'needs at least one')]
  return value.flatMap((each, index) => one(each, `${path}[${index}]`))
}

/** A model is given the body as it was written, so a function before it would do nothing to that. */
const modelsFirst: Check = (value, path) => {
  const problems = oneOrMore(value, path)
  if (problems.length > 0 || !Array.isArray(value)) return problems
  const begun = value.findIndex((each) => typeof each === 'function')
  const late = value.findIndex((each, index) => begun >= 0 && index > begun && isObject(each))
  if (late < 0) return []
  const needs = 'needs its place before all functions: a model is given the body as it was written'
  return [problem(`${path}[${late}]`, value[late], needs)]
}

const form = fields({}, { request: modelsFirst, reply: oneOrMore })

const transform: Check = (value, path) =>
  isObject(value) && Object.keys(value).length === 0
    ? [problem(path, value, 'needs request, reply or both')]
    : form(value, path)

/** Of the gateway, a team, or an alias with targets. */
export const transformFields: Readonly<Record<string, Check>> = { transform }

type Placed = { readonly path: string; readonly transform: ModelTransform }

/** Wherever a configuration of a right form has one. */
function modelTransforms(config: GatewayConfig): readonly Placed[] {
  const aliases = Object.entries(config.models).flatMap(([name, row]) =>
    typeof row === 'object' && 'targets' in row ? [[`models.${name}.`, row] as const] : [],
  )
  const teams = Object.entries(config.teams).map(
    ([name, each]) => [`teams.${name}.`, each] as const,
  )
  const all: readonly (readonly [string, Rules])[] = [['', config], ...teams, ...aliases]
  return all.flatMap(([at, rules]) =>
    (['request', 'reply'] as const).flatMap((side) =>
      listed(rules.transform?.[side]).flatMap(({ transform, place }) =>
        typeof transform === 'function'
          ? []
          : [{ path: `${at}transform.${side}${place}`, transform }],
      ),
    ),
  )
}

type Said = TransformConfig[keyof TransformConfig]

const listed = (said: Said) =>
  (said === undefined ? [] : Array.isArray(said) ? said : [said]).map(
    (transform: ModelTransform | (() => unknown), index) => ({
      transform,
      place: Array.isArray(said) ? `[${index}]` : '',
    }),
  )

/** Aliases and ids that transformers ask, whoever may use them. */
export const askedByTransforms = (config: GatewayConfig): readonly string[] => [
  ...new Set(modelTransforms(config).map(({ transform }) => transform.model)),
]

export const transformProblems = (config: GatewayConfig): readonly string[] =>
  modelTransforms(config).flatMap(({ path, transform }) => ofModel(config, path, transform))

function ofModel(
  config: GatewayConfig,
  path: string,
  { model: name, maxTokens = 1 }: ModelTransform,
): readonly string[] {
  const row = Object.hasOwn(config.models, name) ? config.models[name] : undefined
  const model: AnyModel | undefined =
    row === undefined ? namedModel(name)?.model : modelsOf(row, config)[0]
  if (model === undefined) return row === undefined ? [unknown(config, path, name)] : []
  const at = `${path}.model`
  if (model.task === 'embed') {
    return [problem(at, name, 'needs a model that answers conversations')]
  }
  const most = model.limits.output
  const regions = config.regions.map((each) => (typeof each === 'string' ? each : each.region))
  return [
    ...(row === undefined ? reachProblems(regions, at, name, model) : []),
    ...(maxTokens <= most
      ? []
      : [problem(`${path}.maxTokens`, maxTokens, `needs at most ${most}, as ${name} answers`)]),
  ]
}

function unknown({ models }: GatewayConfig, path: string, name: string): string {
  const meant = closest(name, [...Object.keys(models), ...anyModelById.keys()])
  const hint = meant === undefined ? '' : `; did you mean '${meant}'?`
  const aliases = Object.keys(models).join(', ') || 'there is none'
  return problem(
    `${path}.model`,
    name,
    `needs an alias of the configuration (${aliases}) or a model id of the catalogue${hint}`,
  )
}
