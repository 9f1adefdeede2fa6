/** The gateway's configuration that the rows of the law need: a plan of its own for each team that has limits. */
import type { GatewayConfig } from '../../lambda/core/config.ts'
import { calm, maxTokens, stopped } from './policy-asks.ts'
import { templateName } from './policy-routes.ts'
import { rows } from './policy-rows.ts'

export const models: GatewayConfig['models'] = {
  claude: 'anthropic.claude-haiku-4-5-20251001-v1:0',
  nova: 'amazon.nova-lite-v1:0',
  vectors: 'amazon.titan-embed-text-v2:0',
  aside: 'amazon.nova-micro-v1:0',
  [stopped.words]: 'anthropic.claude-sonnet-4-6',
  [stopped.vectors]: 'amazon.titan-embed-text-v1',
}

export const templates: NonNullable<GatewayConfig['templates']> = {
  [templateName]: { messages: [{ role: 'user', content: '{{text}}' }], max_tokens: maxTokens },
}

const teams = rows.flatMap((row) => Object.entries(row.teams))
export const teamsOfRows = Object.fromEntries([
  [calm, { plan: 'free', models: '*' }],
  ...teams.map(([name, { limits, ...rules }]) => [
    name,
    { plan: limits === undefined ? 'free' : name, models: '*', ...rules },
  ]),
]) as GatewayConfig['teams']
export const plansOfRows: GatewayConfig['plans'] = Object.fromEntries([
  ['free', {}],
  ...teams.flatMap(([name, { limits }]) => (limits === undefined ? [] : [[name, limits]])),
])
