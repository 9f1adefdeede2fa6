/** Finds a model to try a client with, among those a team may use. */
import type { GatewayConfig } from '../../lambda/core/config.ts'
import type { AnyModel } from '../../lambda/core/model.ts'
import { anyModelById } from '../../lambda/models/index.ts'
import { modelsOf } from '../../lambda/targets.ts'
import { Failure } from '../problems.ts'
import type { ClientName } from './clients.ts'

/** These are made for Claude. */
const forClaude: ReadonlySet<ClientName> = new Set(['anthropic', 'claude-code'])

/** The first that converses and has not ended; Claude first for those that are made for it. */
export function pickModel(config: GatewayConfig, team: string, client: ClientName): string {
  const allowed = config.teams[team]?.models ?? '*'
  const names = allowed === '*' ? Object.keys(config.models) : allowed
  const conversing = names.flatMap((name) => {
    const model = modelCalled(name, config)
    return model !== undefined && isChat(model) ? [{ name, model }] : []
  })
  const lasting = conversing.filter(({ model }) => model.lifecycle.status !== 'retired')
  const claude = lasting.find(({ model }) => model.id.startsWith('anthropic.'))
  const [first = conversing[0]] = lasting
  const picked = (forClaude.has(client) ? claude : undefined) ?? first
  if (picked !== undefined) return picked.name
  throw new Failure(`The team ${team} may use no model that answers; name one with --model.`)
}

function modelCalled(name: string, config: GatewayConfig): AnyModel | undefined {
  const row = Object.hasOwn(config.models, name) ? config.models[name] : undefined
  return row === undefined ? anyModelById.get(name) : modelsOf(row, config)[0]
}

const isChat = ({ task = 'chat' }: AnyModel): boolean => task === 'chat'
