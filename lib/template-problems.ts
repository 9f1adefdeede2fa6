/** What templates of a right form may still have wrong: their model, and whether anybody can ask for one. */
import type { GatewayConfig } from '../lambda/core/config.ts'
import { TollgateError } from '../lambda/core/errors.ts'
import { fit } from '../lambda/core/fit.ts'
import type { AnyModel } from '../lambda/core/model.ts'
import type { Rules } from '../lambda/core/rules-config.ts'
import { modelsOf, namedModel } from '../lambda/targets.ts'
import { compiled } from '../lambda/templates/compile.ts'
import { readOpenAiRequest } from '../lambda/wire/openai-request.ts'
import { needsOneOf, problem } from './checks.ts'

export function templateProblems(config: GatewayConfig): readonly string[] {
  const { templates = {} } = config
  const each = Object.entries(templates).flatMap(([name, template]) => {
    const { render, places } = compiled(template)
    const word = someAlias(config)
    const body = render(Object.fromEntries(places.map((place) => [place, word])))
    return ofModel(config, `templates.${name}`, body)
  })
  return [...each, ...(Object.keys(templates).length > 0 ? [] : unaskable(config))]
}

/** A place may stand for the model: then the caller names it, and any alias is as good as another. */
const someAlias = ({ models }: GatewayConfig): string => Object.keys(models)[0] ?? 'word'

function ofModel(config: GatewayConfig, path: string, body: unknown): readonly string[] {
  const { includeUsage: _, model: name, ...said } = readOpenAiRequest(body, () => {})
  if (name === undefined) return []
  const model = modelNamed(config, name)
  if (model === undefined) {
    return [problem(`${path}.model`, name, needsOneOf('model', Object.keys(config.models), name))]
  }
  if (model.task === 'embed') {
    return [problem(`${path}.model`, name, 'needs a model that answers conversations')]
  }
  try {
    fit({ ...said, model: name }, model, [], () => {})
    return []
  } catch (thrown) {
    if (!(thrown instanceof TollgateError)) throw thrown
    return [`${path}: cannot be asked of ${name}: ${thrown.message}`]
  }
}

function modelNamed(config: GatewayConfig, name: string): AnyModel | undefined {
  const row = Object.hasOwn(config.models, name) ? config.models[name] : undefined
  return row === undefined ? namedModel(name)?.model : modelsOf(row, config)[0]
}

/** Where there are no templates, "templates only" is nothing at all. */
function unaskable(config: GatewayConfig): readonly string[] {
  const rows = Object.entries(config.models).flatMap(([name, row]) =>
    typeof row === 'object' && 'targets' in row ? [[`models.${name}.`, row] as const] : [],
  )
  const teams = Object.entries(config.teams).map(
    ([name, team]) => [`teams.${name}.`, team] as const,
  )
  const all: readonly (readonly [string, Rules])[] = [['', config], ...teams, ...rows]
  return all
    .filter(([, rules]) => rules.allow_untemplated === false)
    .map(([at]) => problem(`${at}allow_untemplated`, false, 'needs templates in the configuration'))
}
