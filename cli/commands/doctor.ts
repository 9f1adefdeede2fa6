/** `doctor`: looks at all that a gateway needs, and says how to mend what is wrong. */
import { countOf } from '../amounts.ts'
import type { Command, Use } from '../command.ts'
import { defaultStack } from '../deployment.ts'
import type { Found } from '../doctor/examine.ts'
import type { State } from '../doctor/finding.ts'
import { Failure } from '../problems.ts'
import { readSettings } from '../settings.ts'

/** Until people are told that it is still looking. */
const quietMs = 1_000

export const doctor: Command = {
  name: 'doctor',
  operands: [],
  summary: 'Looks for what is wrong, and says how to mend it',
  about: [
    'Node, the configuration, its models and its guard; then the credentials, the CDK bootstrap, ' +
      'the stack, access to each model in each region, guardrails, secrets and quotas. With ' +
      '--local, the gateway that `npm start` runs. Nothing is changed. Exit status 1: something ' +
      'is wrong.',
  ],
  options: {},
  examples: ['doctor', 'doctor --stack Staging --json', 'doctor --local'],
  async run(use) {
    const { io } = use
    const words = 'Still looking …\n'
    const timer = io.ask === undefined ? undefined : setTimeout(() => io.error(words), quietMs)
    try {
      return reportOf(await examine(use))
    } finally {
      clearTimeout(timer)
    }
  },
}

async function examine(use: Use): Promise<readonly Found[]> {
  const { io, config, deployment, flags } = use
  const { examineDeployed, examineLocal } = await import('../doctor/examine.ts')
  const node = process.versions.node
  if (flags.has('local')) {
    const { readConfig } = await import('../configuration.ts')
    const configFile = fileOf(use)
    const patient = { node, configFile, config: () => readConfig(configFile), folder: io.folder }
    return examineLocal(patient, { url: () => localUrl(use), deployment })
  }
  const { configFile, stack = defaultStack, aws } = readSettings(use)
  const { openAsk } = await import('../doctor/ask.ts')
  const { wantedTemplate } = await import('../doctor/wanted.ts')
  const { homeRegion } = await import('../../lib/gateway-config.ts')
  const ask = openAsk({ credentials: () => credentialsOf(aws), environment: io.environment })
  return examineDeployed(
    { node, configFile, config, folder: io.folder },
    {
      stack,
      ask,
      home: (checked) => aws.region ?? homeRegion(checked),
      wanted: (account, region) => wantedTemplate({ configFile, stack, account, region }),
    },
  )
}

function localUrl(use: Use): string {
  const { local } = readSettings(use)
  if (local === undefined) throw new Failure('There is no gateway on this machine.')
  return local.url
}

/** Where no gateway runs, the one it would have been started with. */
function fileOf(use: Use): string {
  try {
    return readSettings(use).configFile
  } catch {
    return readSettings({ ...use, flags: new Set() }).configFile
  }
}

/** The SDK finds them wherever they are. */
async function credentialsOf({ profile, region }: ReturnType<typeof readSettings>['aws']) {
  const { CloudFormationClient } = await import('@aws-sdk/client-cloudformation')
  const client = new CloudFormationClient({
    region: region ?? 'us-east-1',
    ...(profile !== undefined && { profile }),
  })
  return client.config.credentials()
}

const signs: Readonly<Record<State, string>> = {
  ok: 'ok',
  note: 'note',
  wrong: 'WRONG',
  skipped: '-',
}

function reportOf(found: readonly Found[]) {
  const count = (state: State): number => found.filter((one) => one.state === state).length
  const [bad, notes] = [count('wrong'), count('note')]
  const width = Math.max(...found.map(({ check }) => check.length))
  const indent = ' '.repeat(7 + width + 2)
  const lines = found.flatMap(({ check, state, says, mend }) => {
    const told = says.replaceAll('\n', `\n${indent}`)
    const line = `${signs[state].padEnd(7)}${check.padEnd(width)}  ${told}`
    return mend === undefined ? [line] : [line, `${indent}→ ${mend}`]
  })
  const known = notes === 0 ? '' : `, ${countOf(notes, 'thing')} to know`
  const whole = bad === 0 ? 'Nothing is wrong' : `${countOf(bad, 'thing')} wrong`
  return {
    json: { ok: bad === 0, checks: found.map(({ mend = null, ...rest }) => ({ ...rest, mend })) },
    text: [...lines, '', `${whole}${known}.`].join('\n'),
    failed: bad > 0,
  }
}
