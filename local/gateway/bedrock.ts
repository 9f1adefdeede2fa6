/** Who answers as Amazon Bedrock, and what the functions are told of it. */
import { existsSync } from 'node:fs'
import { devNull } from 'node:os'
import { join } from 'node:path'
import { type Simulator, startSimulator } from '../simulator/index.ts'
import { WrongUse } from '../template/values.ts'
import type { RegionalGuardrails } from './guardrails.ts'

/** `--bedrock`, read. */
export type BedrockChoice =
  | { readonly type: 'simulator' }
  | { readonly type: 'aws' }
  | { readonly type: 'url'; readonly url: string }
  | { readonly type: 'urls'; readonly urls: Readonly<Record<string, string>> }

export type Bedrock = {
  /** One URL a region; empty for AWS itself. */
  readonly urls: Readonly<Record<string, string>>
  readonly simulators: Readonly<Record<string, Simulator>>
  /** Environment variables of every function. */
  readonly variables: Readonly<Record<string, string>>
  readonly close: () => Promise<void>
}

/** `undefined` where the text names nothing that could answer. */
export function readBedrockChoice(text: string): BedrockChoice | undefined {
  if (text === 'simulator' || text === 'aws') return { type: text }
  if (isUrl(text)) return { type: 'url', url: text }
  const pairs = text.split(',').map((pair) => /^([a-z0-9-]+)=(.+)$/.exec(pair.trim()))
  const entries = pairs.map((pair) => [pair?.[1] ?? '', pair?.[2] ?? ''] as const)
  return entries.every(([region, url]) => region !== '' && isUrl(url))
    ? { type: 'urls', urls: Object.fromEntries(entries) }
    : undefined
}

const isUrl = (text: string): boolean => /^https?:\/\//.test(text) && URL.canParse(text)

/** Fixed, and worth nothing: whoever answers at a given URL may check that requests are signed. */
const dummyCredentials = {
  AWS_ACCESS_KEY_ID: 'AKIATOLLGATELOCAL000',
  AWS_SECRET_ACCESS_KEY: 'no-secret-at-all-just-forty-letters-long',
  AWS_CONFIG_FILE: devNull,
  AWS_SHARED_CREDENTIALS_FILE: devNull,
}

/** Where an AWS SDK finds this machine's credentials. */
const credentialVariables = [
  'AWS_ACCESS_KEY_ID',
  'AWS_SECRET_ACCESS_KEY',
  'AWS_SESSION_TOKEN',
  'AWS_PROFILE',
  'AWS_CONFIG_FILE',
  'AWS_SHARED_CREDENTIALS_FILE',
  'AWS_WEB_IDENTITY_TOKEN_FILE',
  'AWS_ROLE_ARN',
  'AWS_ROLE_SESSION_NAME',
  'AWS_CONTAINER_CREDENTIALS_RELATIVE_URI',
  'AWS_CONTAINER_CREDENTIALS_FULL_URI',
  'AWS_CONTAINER_AUTHORIZATION_TOKEN',
  'AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE',
  'HOME',
  'PATH',
]

/** Any of these says that the machine has credentials of its own. */
const telling = ['AWS_ACCESS_KEY_ID', 'AWS_PROFILE', 'AWS_WEB_IDENTITY_TOKEN_FILE']
const tellingPrefix = 'AWS_CONTAINER_CREDENTIALS_'

const anyEndpoint = 'AWS_ENDPOINT_URL_BEDROCK_RUNTIME'

/** Which variable tells a function the address of one region, before that of all regions. */
export const endpointVariable = (region: string): string =>
  `${anyEndpoint}_${region.toUpperCase().replaceAll('-', '_')}`

const endpointsOf = (urls: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(Object.entries(urls).map(([region, url]) => [endpointVariable(region), url]))

/** `regions`, `guardrails`: those of the configuration. */
export async function openBedrock(
  choice: BedrockChoice,
  regions: readonly string[],
  machine: NodeJS.ProcessEnv = process.env,
  guardrails: RegionalGuardrails = {},
): Promise<Bedrock> {
  const nothing = { simulators: {}, close: async () => {} }
  switch (choice.type) {
    case 'simulator':
      return simulated(regions, guardrails)
    case 'aws':
      return { ...nothing, urls: {}, variables: credentialsOf(machine) }
    case 'url': {
      const urls = Object.fromEntries(regions.map((region) => [region, choice.url]))
      const variables = { ...credentialsOrDummy(machine), [anyEndpoint]: choice.url }
      return { ...nothing, urls, variables }
    }
    case 'urls': {
      const { urls } = choice
      checkNamed(urls, regions)
      const variables = { ...credentialsOrDummy(machine), ...endpointsOf(urls) }
      return { ...nothing, urls, variables }
    }
  }
}

/** A region without an address would be AWS's own, and its answers would be paid for. */
function checkNamed(urls: Readonly<Record<string, string>>, regions: readonly string[]): void {
  const missing = regions.filter((region) => !Object.hasOwn(urls, region))
  if (missing.length === 0) return
  const wanted = regions.map((region) => `${region}=${urls[region] ?? 'URL'}`).join(',')
  throw new WrongUse(
    `--bedrock names ${Object.keys(urls).join(', ')}, but not ${missing.join(', ')} of the configuration's regions; ` +
      `--bedrock ${wanted} would name them all.`,
  )
}

async function simulated(
  regions: readonly string[],
  guardrails: RegionalGuardrails,
): Promise<Bedrock> {
  const started = await Promise.all(
    regions.map((region) => startSimulator({ region, guardrails: guardrails[region] ?? {} })),
  )
  const simulators = Object.fromEntries(started.map((one) => [one.region, one]))
  const urls = Object.fromEntries(started.map(({ region, url }) => [region, url]))
  return {
    urls,
    simulators,
    variables: { ...dummyCredentials, ...endpointsOf(urls) },
    async close() {
      await Promise.all(started.map((one) => one.close()))
    },
  }
}

function credentialsOf(machine: NodeJS.ProcessEnv): Record<string, string> {
  const found = credentialVariables.flatMap((name) => {
    const value = machine[name]
    return value === undefined ? [] : [[name, value] as const]
  })
  return Object.fromEntries(found)
}

function credentialsOrDummy(machine: NodeJS.ProcessEnv): Record<string, string> {
  const named = Object.keys(machine).some(
    (name) => telling.includes(name) || name.startsWith(tellingPrefix),
  )
  const onFile = existsSync(join(machine.HOME ?? '', '.aws', 'credentials'))
  return named || onFile ? credentialsOf(machine) : dummyCredentials
}
