/** `pause` and `resume`: the emergency stop of a team or a model. */
import type { GatewayConfig } from '../../lambda/core/config.ts'
import { attributeOf } from '../../lambda/ledger/control.ts'
import { isoOf } from '../amounts.ts'
import type { Command, Options } from '../command.ts'
import { noSuch } from '../configuration.ts'
import { changeControl, controlOf } from '../control-item.ts'
import { readReason } from '../names.ts'
import { WrongUse } from '../problems.ts'

const kinds: Options = {
  team: { help: 'it is the team that is meant, where a model has the same name' },
  model: { help: 'it is the model that is meant' },
}

export const pause: Command = {
  name: 'pause',
  operands: [{ name: 'TEAM|MODEL', needed: true }],
  summary: 'Stops a team, or a model, until it is resumed',
  about: [
    'Calls are refused within seconds, with 403 and the reason; those that are being answered ' +
      'go on. A model is named by an alias or its id, and stops under all of its names.',
  ],
  options: {
    reason: { value: 'TEXT', help: 'told to whoever is refused' },
    ...kinds,
  },
  examples: ['pause data --reason "a loop in the nightly job"', 'pause claude'],
  async run({ values, flags, io, config, deployment }) {
    const paused = await targetOf(await config(), values['TEAM|MODEL'] ?? '', flags)
    const reason = values.reason === undefined ? defaultReason : readReason(values.reason)
    const { store } = await deployment()
    const since = io.now()
    const set = paused.attributes.map((attribute) => [attribute, { reason, since }] as const)
    await changeControl(store, { set: Object.fromEntries(set) })
    return {
      json: { ...paused.json, paused: true, reason, since: isoOf(since) },
      text: `${paused.words} is paused: ${reason}`,
    }
  },
}

export const resume: Command = {
  name: 'resume',
  operands: [{ name: 'TEAM|MODEL', needed: true }],
  summary: 'Lets a paused team, or model, go on',
  about: ['It is called again within seconds.'],
  options: kinds,
  examples: ['resume data', 'resume claude'],
  async run({ values, flags, config, deployment }) {
    const { attributes, words, json, kind, names } = await targetOf(
      await config(),
      values['TEAM|MODEL'] ?? '',
      flags,
    )
    const { store } = await deployment()
    const paused = (await controlOf(store))[kind]
    const was = names.some((name) => paused.has(name))
    await changeControl(store, { drop: attributes })
    return {
      json: { ...json, paused: false, was_paused: was },
      text: was ? `${words} goes on.` : `${words} was not paused.`,
    }
  },
}

const defaultReason = 'an operator stopped it'

type Target = {
  readonly kind: 'teams' | 'models'
  /** A model is paused by all of its names, so it does not matter by which it is called. */
  readonly names: readonly string[]
  readonly attributes: readonly string[]
  readonly words: string
  readonly json: object
}

async function targetOf(
  config: GatewayConfig,
  name: string,
  flags: ReadonlySet<string>,
): Promise<Target> {
  /** The catalogue takes long to load. */
  const { modelNamed } = await import('../named-model.ts')
  const model = flags.has('team') ? undefined : modelNamed(config, name)
  const team = !flags.has('model') && Object.hasOwn(config.teams, name)
  if (team && model !== undefined) {
    throw new WrongUse(`'${name}' is both a team and a model; add --team or --model.`)
  }
  if (team) {
    return {
      kind: 'teams',
      names: [name],
      attributes: [attributeOf.team(name)],
      words: `The team ${name}`,
      json: { team: name },
    }
  }
  if (model !== undefined) {
    const { id, aliases } = model
    const names = [id, ...aliases]
    return {
      kind: 'models',
      names,
      attributes: names.map(attributeOf.model),
      words: `The model ${id}${aliases.length > 0 ? ` (${aliases.join(', ')})` : ''}`,
      json: { model: id, aliases },
    }
  }
  const teams = flags.has('model') ? [] : Object.keys(config.teams)
  const models = flags.has('team') ? [] : Object.keys(config.models)
  const what = flags.has('model') ? 'model' : flags.has('team') ? 'team' : 'team or model'
  throw new WrongUse(noSuch(what, name, [...teams, ...models]))
}
