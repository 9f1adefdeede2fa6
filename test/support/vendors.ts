/** Bedrock and four other providers, each played by a strict server of its own, with keys in Secrets Manager. */
import { afterAll, beforeEach, expect } from 'vitest'
import type { GatewayConfig } from '../../lambda/core/config.ts'
import type { Price } from '../../lambda/core/model.ts'
import type { ProviderConfig } from '../../lambda/core/routes-config.ts'
import { secretsManager } from '../../local/aws/secrets-manager.ts'
import { startAws } from '../../local/aws/server.ts'
import { type Simulator, startSimulator } from '../../local/simulator/index.ts'
import { startAnthropic } from '../../local/vendors/anthropic.ts'
import { startCohere } from '../../local/vendors/cohere.ts'
import { startOpenAi } from '../../local/vendors/openai.ts'
import type { OpenAiModel } from '../../local/vendors/openai-body.ts'
import type { VendorServer } from '../../local/vendors/vendor-server.ts'

export const outsiders = ['openai', 'azure', 'anthropic', 'cohere'] as const
export type Outsider = (typeof outsiders)[number]

export const keys: Readonly<Record<Outsider, string>> = {
  openai: 'sk-proj-key-of-openai-0123456789',
  azure: '0123456789abcdef-key-of-azure',
  anthropic: 'sk-ant-key-of-anthropic-0123456789',
  cohere: 'key-of-cohere-0123456789',
}

const secretOf = (name: string): string =>
  `arn:aws:secretsmanager:us-east-1:111111111111:secret:${name}-AbCdEf`

/** One that nobody takes. */
const wrongKey = 'sk-wrong-key-of-nobody-0123456789'
const secrets = Object.entries({ ...keys, wrong: wrongKey }).map(
  ([name, text]) => [secretOf(name), text] as const,
)

export const apiVersion = '2024-10-21'
const models: Readonly<Record<string, OpenAiModel>> = {
  'gpt-4o-mini': { task: 'chat', context: 128_000, output: 16_384, sees: true },
  'gpt-5-mini': { task: 'chat', context: 400_000, output: 128_000, reasons: true },
  'text-embedding-3-small': { task: 'embed', context: 8_191, dimensions: [1536, 512] },
  'text-embedding-3-large': { task: 'embed', context: 8_191, dimensions: [1536, 512] },
}

export type Vendors = {
  readonly of: Readonly<Record<Outsider, VendorServer>>
  readonly bedrock: Simulator
  readonly providers: Readonly<Record<string, ProviderConfig>>
}

/** For a test file, which waits for it: the function finds all of them by its environment. */
export async function startVendors(): Promise<Vendors> {
  const [openai, azure, anthropic, cohere, bedrock, aws] = await Promise.all([
    startOpenAi({ key: keys.openai, models }),
    startOpenAi({ key: keys.azure, models, azure: { apiVersions: [apiVersion] } }),
    startAnthropic({ key: keys.anthropic, models: ['claude-haiku-4-5'] }),
    startCohere({ key: keys.cohere, models: ['command-a-03-2025', 'embed-v4.0'] }),
    startSimulator({ region: 'us-east-1' }),
    startAws({ secretsmanager: secretsManager([], new Map(secrets)) }),
  ])
  const of = { openai, azure, anthropic, cohere }
  process.env.AWS_ENDPOINT_URL_SECRETS_MANAGER = aws.url
  process.env.AWS_ENDPOINT_URL_BEDROCK_RUNTIME = bedrock.url
  afterAll(() => Promise.all([...Object.values(of), bedrock, aws].map((each) => each.close())))
  beforeEach(() => {
    for (const vendor of Object.values(of)) vendor.clearFaults()
    bedrock.clearFaults()
  })
  const key = secretOf('wrong')
  const providers: Readonly<Record<string, ProviderConfig>> = {
    openai: { type: 'openai', url: `${openai.url}/v1`, key: secretOf('openai') },
    azure: { type: 'azure', url: azure.url, apiVersion, key: secretOf('azure') },
    anthropic: { type: 'anthropic', url: anthropic.url, key: secretOf('anthropic') },
    cohere: { type: 'cohere', url: cohere.url, key: secretOf('cohere') },
    'openai-wrong': { type: 'openai', url: `${openai.url}/v1`, key },
    'azure-wrong': { type: 'azure', url: azure.url, apiVersion, key },
    'anthropic-wrong': { type: 'anthropic', url: anthropic.url, key },
    'cohere-wrong': { type: 'cohere', url: cohere.url, key },
  }
  return { of, bedrock, providers }
}

/** By a name of its own a target is told in the trail; `outside` also has a price nobody else has. */
export const modelOf: Readonly<Record<Outsider, string>> = {
  openai: 'gpt-4o-mini',
  azure: 'gpt-5-mini',
  anthropic: 'claude-haiku-4-5',
  cohere: 'command-a-03-2025',
}

const perMillion = (input: number, output: number): readonly Price[] => [
  { from: '2026-01-01', input, output },
]

/** USD a million tokens, no two alike. */
export const priceOf: Readonly<Record<Outsider | 'openaiVectors' | 'cohereVectors', Price[]>> = {
  openai: [...perMillion(0.15, 0.6)],
  azure: [...perMillion(0.25, 2)],
  anthropic: [...perMillion(1.1, 5.5)],
  cohere: [...perMillion(2.5, 10)],
  openaiVectors: [...perMillion(0.02, 0)],
  cohereVectors: [...perMillion(0.12, 0)],
}

export const targetOf = (provider: Outsider) => ({
  provider,
  model: modelOf[provider],
  price: priceOf[provider],
})

const letters = 'abcdefghijklmnopqrstuvwxyz'.split('')
const teams = letters.flatMap((one) => letters.map((other) => one + other))

/** A team that nobody was, with a budget in USD. */
export const newTeam = (): string => teams.pop() ?? ''

/** Every team may use every alias, and has a budget in USD; but one, `free`, of whom nothing is counted. */
export const limited = (
  { providers }: Vendors,
  aliases: GatewayConfig['models'],
): GatewayConfig => ({
  regions: ['us-east-1'],
  providers,
  models: aliases,
  plans: { plan: { limits: [{ usd: 1_000, per: 'month' }] }, free: {} },
  teams: {
    free: { plan: 'free', models: '*' },
    ...Object.fromEntries(teams.map((team) => [team, { plan: 'plan', models: '*' }])),
  },
})

export type Counted = { readonly input: number; readonly output: number }

/** Which of the headers say who asks, and in which version. */
const kept = /^(authorization|api-key|x-api-key|anthropic-(version|beta)|content-type)$/

/** What a server says of the very request it was sent, asked by itself and for a whole answer. */
export async function countedBy(vendor: VendorServer, sent = lastOf(vendor)): Promise<Counted> {
  const { path, headers, body } = sent
  const { stream: _, stream_options: __, ...asked } = body as Record<string, unknown>
  const response = await fetch(`${vendor.url}${path}`, {
    method: 'POST',
    headers: Object.entries(headers).filter(
      (each): each is [string, string] => kept.test(each[0]) && typeof each[1] === 'string',
    ),
    body: JSON.stringify(asked),
  })
  const said = (await response.json()) as Said
  expect(response.status, JSON.stringify(said)).toBe(200)
  const counts = said.meta?.billed_units ?? said.usage?.billed_units ?? said.usage ?? {}
  const { prompt_tokens, input_tokens, completion_tokens, output_tokens } = counts
  return {
    input: Number(prompt_tokens ?? input_tokens),
    output: completion_tokens ?? output_tokens ?? 0,
  }
}
type Said = { readonly usage?: Counts & Billed; readonly meta?: Billed }
type Billed = { readonly billed_units?: Counts }
type Counts = {
  readonly prompt_tokens?: number
  readonly input_tokens?: number
  readonly completion_tokens?: number
  readonly output_tokens?: number
}

export function lastOf({ requests }: VendorServer) {
  const last = requests.at(-1)
  if (last === undefined) throw new Error('nothing was asked')
  return last
}

/** Billionths of a USD, by the price that was configured. */
export function nanoUsd({ input, output }: Counted, [price]: readonly Price[]): number {
  const pico = (tokens: number, usd = 0) => tokens * Math.round(usd * 1e6)
  return Math.ceil((pico(input, price?.input) + pico(output, price?.output)) / 1_000)
}
