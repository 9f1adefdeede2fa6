/** The gateway's configuration, checked, and the names in it that a command may be given. */
import { existsSync } from 'node:fs'
import { relative } from 'node:path'
import { pathToFileURL } from 'node:url'
import { closest } from '../lambda/core/closest.ts'
import type { GatewayConfig, Plan } from '../lambda/core/config.ts'
import { Failure, WrongUse } from './problems.ts'

export async function readConfig(file: string): Promise<GatewayConfig> {
  if (!existsSync(file)) throw new WrongUse(`The configuration ${file} does not exist.`)
  /** It takes half a second to load, most of it the CDK's. */
  const { checkConfig, ConfigError } = await import('../lib/gateway-config.ts')
  try {
    const module: { readonly default?: unknown } = await import(
      /* @vite-ignore */ pathToFileURL(file).href
    )
    return checkConfig(module.default)
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error)
    const problem = error instanceof ConfigError ? message : `It cannot be read: ${message}`
    throw new Failure(`${relative('', file)} cannot be used:\n${problem}`)
  }
}

export function planOf(config: GatewayConfig, team: string): { name: string; plan: Plan } {
  requireTeam(config, team)
  const name = config.teams[team]?.plan ?? ''
  return { name, plan: config.plans[name] ?? {} }
}

export function requireTeam({ teams }: GatewayConfig, team: string): void {
  if (Object.hasOwn(teams, team)) return
  throw new WrongUse(noSuch('team', team, Object.keys(teams)))
}

export function noSuch(what: string, name: string, names: readonly string[]): string {
  const meant = closest(name, names)
  const hint = meant === undefined ? '' : ` Did you mean '${meant}'?`
  const known = names.length > 0 ? `there are ${names.join(', ')}` : 'there is none'
  return `The configuration has no ${what} '${name}'; ${known}.${hint}`
}
