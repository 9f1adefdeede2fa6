/** Runs the checks of a gateway, all at once, and brings what they found in one order. */
import type { GatewayConfig } from '../../lambda/core/config.ts'
import type { Deployment } from '../deployment.ts'
import { accountChecks, identityOf } from './account-checks.ts'
import type { Ask } from './ask.ts'
import { type Check, type Finding, ok, skipped, toldBy, wrong } from './finding.ts'
import {
  configurationFinding,
  guardFindings,
  lifecycleFindings,
  nodeFinding,
} from './here-checks.ts'
import { healthFinding, keysFinding, ledgerFinding, plansFinding } from './local-checks.ts'
import { modelChecks } from './model-checks.ts'

export type Found = Finding & { readonly check: string }

export type Patient = {
  readonly node: string
  readonly configFile: string
  readonly config: () => Promise<GatewayConfig>
  /** Where the guard's examples may lie. */
  readonly folder: string
}

export type Far = {
  readonly stack: string
  readonly home: (config: GatewayConfig) => string
  readonly ask: Ask
  readonly wanted: (account: string, region: string) => Promise<object>
}

export type Near = {
  /** Rejects where there is none. */
  readonly url: () => string
  readonly deployment: () => Promise<Deployment>
}

const named =
  (check: string) =>
  (finding: Finding): Found => ({ check, ...finding })

const deployedChecks: readonly Check[] = [...accountChecks, ...modelChecks]

export async function examineDeployed(patient: Patient, far: Far): Promise<readonly Found[]> {
  const here = await examineHere(patient)
  const { config, found } = here
  if (config === undefined) return [...found, ...waiting('the configuration')]
  const home = far.home(config)
  const identity = await identityOf(far.ask, home).catch(toldBy)
  if (typeof identity === 'string') {
    const [says = '', ...advice] = identity.split(/\.\s+/)
    const mend = advice.join('. ') || 'see that AWS STS can be reached from here'
    return [...found, named('credentials')(wrong(says, mend)), ...waiting('credentials')]
  }
  const wanted = () => far.wanted(identity.account, home)
  const deployed = { config, home, identity, wanted, stack: far.stack, ask: far.ask }
  const all = await Promise.all(
    deployedChecks.map(async ({ name, run }) => {
      const findings = await run(deployed).catch((thrown): readonly Finding[] => [
        wrong(toldBy(thrown), rights[name] ?? 'see what these credentials may do'),
      ])
      return findings.map(named(name))
    }),
  )
  const { account, arn } = identity
  const who = named('credentials')(ok(`${arn.split(':').at(-1)} of account ${account}`))
  return [...found, who, ...all.flat()]
}

/** What an operator needs to let the doctor look. */
const rights: Readonly<Record<string, string>> = {
  bootstrap: 'let these credentials call cloudformation:DescribeStacks',
  stack: 'let these credentials call cloudformation:DescribeStacks and GetTemplate',
  'log role': 'let these credentials GET /account of API Gateway',
  'calls at once': 'let these credentials call lambda:GetAccountSettings',
}

const waiting = (what: string): readonly Found[] =>
  deployedChecks.map(({ name }) => named(name)(skipped(`not looked at without ${what}`)))

export async function examineLocal(patient: Patient, near: Near): Promise<readonly Found[]> {
  const { config, found } = await examineHere(patient)
  let url: string
  try {
    url = near.url()
  } catch (thrown) {
    const [says = ''] = toldBy(thrown).split(': ')
    return [
      ...found,
      named('gateway')(wrong(says, 'start it with npm start, and leave it running')),
    ]
  }
  const health = named('gateway')(await healthFinding(url))
  if (config === undefined || health.state === 'wrong') return [...found, health]
  try {
    const deployment = await near.deployment()
    return [
      ...found,
      health,
      ...(await Promise.all([
        plansFinding(config, deployment).then(named('plans')),
        keysFinding(config, deployment).then(named('keys')),
        ledgerFinding(config, deployment).then(named('ledger')),
      ])),
    ]
  } catch (thrown) {
    const mend = 'stop it, and start it with npm start'
    return [...found, health, named('stack')(wrong(toldBy(thrown), mend))]
  }
}

async function examineHere({ node, configFile, config: readConfig, folder }: Patient) {
  const first = named('Node')(nodeFinding(node))
  try {
    const config = await readConfig()
    const found: readonly Found[] = [
      first,
      named('configuration')(configurationFinding(config, configFile)),
      ...lifecycleFindings(config).map(named('ends of models')),
      ...(await guardFindings(config, folder)).map(named('guard')),
    ]
    return { config, found }
  } catch (thrown) {
    const mend = 'correct it; docs/configuring.md has every setting'
    return { found: [first, named('configuration')(wrong(toldBy(thrown), mend))] }
  }
}
