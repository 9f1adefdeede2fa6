/** Checks of the gateway on this machine: whether it answers, and what it keeps. */
import type { GatewayConfig } from '../../lambda/core/config.ts'
import { countOf } from '../amounts.ts'
import type { Deployment } from '../deployment.ts'
import { type Finding, ok, toldBy, wrong } from './finding.ts'

const again = 'stop it, and start it with npm start'
const patienceMs = 5_000

export async function healthFinding(url: string): Promise<Finding> {
  try {
    const { status } = await fetch(`${url}/health`, { signal: AbortSignal.timeout(patienceMs) })
    return status === 200 ? ok('answers') : wrong(`answers /health with ${status}`, again)
  } catch {
    return wrong('does not answer', again)
  }
}

/** The configuration may have changed since it was started. */
export async function keysFinding(
  config: GatewayConfig,
  { keys, stack }: Deployment,
): Promise<Finding> {
  try {
    const there = new Set(
      (await keys.keys()).filter(({ enabled }) => enabled).map(({ name }) => name),
    )
    const teams = Object.entries(config.teams).filter(([, { key }]) => key !== 'command-line')
    const without = teams.map(([team]) => team).filter((team) => !there.has(`${stack}-${team}`))
    return without.length === 0
      ? ok(`${countOf(teams.length, 'team')} with a key`)
      : wrong(`no key of ${without.join(', ')}`, again)
  } catch (thrown) {
    return wrong(toldBy(thrown), again)
  }
}

export async function plansFinding(config: GatewayConfig, { keys }: Deployment): Promise<Finding> {
  try {
    const there = await keys.plans()
    const missing = Object.keys(config.plans).filter((plan) => !there.has(plan))
    return missing.length === 0
      ? ok(`${countOf(there.size, 'plan')} there`)
      : wrong(`no plan ${missing.join(', ')}: the configuration has changed since`, again)
  } catch (thrown) {
    return wrong(toldBy(thrown), again)
  }
}

/** As a request does: what operators decided of the first team. */
export async function ledgerFinding(
  config: GatewayConfig,
  { ledger }: Deployment,
): Promise<Finding> {
  try {
    await ledger().used(Object.keys(config.teams)[0] ?? '')
    return ok('can be read')
  } catch (thrown) {
    return wrong(toldBy(thrown), again)
  }
}
