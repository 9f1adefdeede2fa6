/** What templates and decorations of a right form may still have wrong: that no model can be asked so. */
import type { GatewayConfig } from '../lambda/core/config.ts'
import type { Message } from '../lambda/core/conversation.ts'
import { TollgateError } from '../lambda/core/errors.ts'
import { fit } from '../lambda/core/fit.ts'
import type { AnyModel, Model } from '../lambda/core/model.ts'
import type { Decoration, Rules } from '../lambda/core/rules-config.ts'
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
  const untemplated = Object.keys(templates).length > 0 ? [] : unaskable(config)
  return [...each, ...untemplated, ...undecorable(config)]
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

type Holder = readonly [at: string, rules: Rules]

const teamsOf = ({ teams }: GatewayConfig): readonly Holder[] =>
  Object.entries(teams).map(([name, team]) => [`teams.${name}.`, team])

/** Aliases that have rules of their own. */
const rowsOf = ({ models }: GatewayConfig): readonly Holder[] =>
  Object.entries(models).flatMap(([name, row]): readonly Holder[] =>
    typeof row === 'object' && 'targets' in row ? [[`models.${name}.`, row]] : [],
  )

/** Where there are no templates, "templates only" is nothing at all. */
function unaskable(config: GatewayConfig): readonly string[] {
  return [['', config] as const, ...teamsOf(config), ...rowsOf(config)]
    .filter(([, rules]) => rules.allow_untemplated === false)
    .map(([at]) => problem(`${at}allow_untemplated`, false, 'needs templates in the configuration'))
}

/** Decorations that no alias they hold for can be given: whatever is asked there would be refused. */
function undecorable(config: GatewayConfig): readonly string[] {
  const all = Object.keys(config.models)
  const everybody = refusedBy(config, '', [config], all)
  if (everybody.length > 0) return everybody
  const teams = Object.entries(config.teams).flatMap(([name, team]) => {
    const names = team.models === '*' ? all : team.models
    return refusedBy(config, `teams.${name}.`, [config, team], names)
  })
  const rows = all.flatMap((name) => {
    const row = config.models[name]
    if (typeof row !== 'object' || !('targets' in row)) return []
    return refusedBy(config, `models.${name}.`, [config, row], [name])
  })
  return [...teams, ...rows]
}

/** The last of the rules is the one that is looked at; it stands within the others. */
function refusedBy(
  config: GatewayConfig,
  at: string,
  rules: readonly Rules[],
  names: readonly string[],
): readonly string[] {
  if (rules.at(-1)?.decorate === undefined) return []
  const models = names.flatMap((name) => {
    const model = modelNamed(config, name)
    return model === undefined || model.task === 'embed' ? [] : [model]
  })
  const refusals = models.flatMap((model) => refusalOf(model, rules) ?? [])
  const [first] = refusals
  if (first === undefined || refusals.length < models.length) return []
  const asked = names.map((name) => `'${name}'`).join(', ')
  return [`${at}decorate: cannot be put around what is asked of ${asked}: ${first}`]
}

/** What a caller of one word would be told. */
function refusalOf(model: Model, rules: readonly Rules[]): string | undefined {
  const prepend = rules.flatMap(({ decorate }) => decorate?.prepend ?? [])
  const append = rules.toReversed().flatMap(({ decorate }) => decorate?.append ?? [])
  const word: Decoration = { role: 'user', content: 'word' }
  /** A model without a system is told by the user what it was to be told there. */
  const messageOf = ({ role = 'system', content }: Decoration): Message => ({
    role: role === 'system' && !model.accepts.system ? 'user' : role,
    content: [{ type: 'text', text: content }],
  })
  const messages = [...prepend, word, ...append].map(messageOf)
  try {
    const said = { model: model.id, messages, tools: [], sampling: {}, stream: false }
    model.body.build(
      fit(said, model, [], () => {}),
      model,
      () => {},
    )
    return undefined
  } catch (thrown) {
    if (!(thrown instanceof TollgateError)) throw thrown
    return thrown.message
  }
}
