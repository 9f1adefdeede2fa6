/** Where calls go is checked before anything is deployed: what may be written, and what is wrong with it. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { openaiLike } from '../lambda/bodies/openai-outside.ts'
import { modelById } from '../lambda/models/index.ts'
import { checkConfig } from '../lib/gateway-config.ts'

const secret = (name: string, region = 'us-east-1') =>
  `arn:aws:secretsmanager:${region}:123456789012:secret:${name}-AbCdEf`

const openai = { type: 'openai', url: 'https://api.openai.com/v1', key: secret('openai') }
const azure = {
  type: 'azure',
  url: 'https://acme.openai.azure.com',
  apiVersion: '2024-10-21',
  key: secret('azure'),
}
const anthropic = { type: 'anthropic', key: secret('anthropic') }
const cohere = { type: 'cohere', key: secret('cohere') }
const cloudflare = {
  account: '0123456789abcdef0123456789abcdef',
  gateway: 'main',
  token: secret('cf'),
}

const nova = 'amazon.nova-lite-v1:0'
const base = {
  regions: ['us-east-1', 'us-west-2'],
  models: { nova },
  plans: { trial: {} },
  teams: { demo: { plan: 'trial', models: ['nova'] } },
}

const model = (row: unknown, more: object = {}) => ({ models: { nova: row }, ...more })
const targets = (...list: unknown[]) => model({ targets: list })
const outside = (target: object, providers: object = { openai }) => ({
  ...targets({ provider: 'openai', model: 'gpt-4o', ...target }),
  providers,
})
const provider = (one: object) => ({ providers: { own: one } })
const region = (more: object) => ({ regions: [{ region: 'us-east-1', ...more }, 'us-west-2'] })
const endpoint = (where: string) => `vpce-0a1b-2c3d.bedrock-runtime.${where}.vpce.amazonaws.com`

function problemsOf(change: object): string[] {
  try {
    checkConfig({ ...base, ...change })
    return []
  } catch (error) {
    return String((error as Error).message).split('\n')
  }
}

describe('what may be configured', () => {
  it.each<[string, object]>([
    ['a region with an endpoint of a VPC', region({ vpcEndpoint: endpoint('us-east-1') })],
    ['a list of regions, in order', targets({ model: nova, region: 'us-west-2' }, { model: nova })],
    [
      'a profile that one region has',
      model('eu.amazon.nova-lite-v1:0', { regions: ['us-east-1', 'eu-west-1'] }),
    ],
    ['a model that one region alone can call', { regions: ['us-east-1', 'sa-east-1'] }],
    [
      'weights',
      model({
        strategy: 'weighted',
        targets: [
          { model: nova, weight: 0 },
          { model: nova, weight: 0.5 },
        ],
      }),
    ],
    [
      'another account, and the way by Cloudflare',
      { ...targets({ model: nova, account: '222222222222', via: 'cloudflare' }), cloudflare },
    ],
    [
      'a row of one’s own as a target',
      targets({ model: { ...modelById.get(nova), id: 'acme.large-v1', body: openaiLike } }),
    ],
    ['every type of provider', { providers: { openai, azure, anthropic, cohere } }],
    [
      'addresses of others',
      {
        providers: {
          a: { ...anthropic, url: 'https://proxy.example.com' },
          c: { ...cohere, url: 'http://127.0.0.1:1' },
        },
      },
    ],
    [
      'a server on this machine, without a key',
      provider({ type: 'openai', url: 'http://127.0.0.1:8080/v1' }),
    ],
    [
      'servers on one’s own network',
      {
        providers: {
          a: { ...openai, url: 'http://10.1.2.3:8000/v1' },
          b: { ...openai, url: 'http://vllm.internal/v1' },
          c: { ...openai, url: 'http://vllm:8000/v1' },
        },
      },
    ],
    [
      'facts of an outside model',
      outside({
        like: 'openai.gpt-5.4',
        name: 'GPT',
        price: [{ from: '2026-01-01', input: 1, output: 2 }],
        limits: { context: 9, output: 8 },
        accepts: { images: false, temperature: { min: 0, max: 1 } },
        weight: 2,
      }),
    ],
    [
      'vectors of two providers, of one model',
      {
        ...targets(
          { provider: 'openai', model: 'e', dimensions: [8] },
          {
            provider: 'azure',
            model: 'e',
            dimensions: [8],
            price: [{ from: '2026-01-01', input: 1, output: 0 }],
          },
        ),
        providers: { openai, azure },
      },
    ],
    ['patience', { timeouts: { firstByteMs: 20_000, idleMs: 30_000 } }],
  ])('%s', (_, change) => {
    expect(problemsOf(change)).toEqual([])
  })
})

const aRegion = "needs a region's name, such as us-east-1"
const anAddress = 'needs an https:// address without query, or an http:// one of your own network'
const anArn =
  'needs the whole ARN of a secret, such as arn:aws:secretsmanager:us-east-1:123456789012:secret:openai-AbCdEf'
const first = 'models.nova.targets[0]'

describe('what may not', () => {
  it.each<[object, string]>([
    [
      region({ vpcEndpoint: 'vpce-1.s3.us-east-1.vpce.amazonaws.com' }),
      'regions[0].vpcEndpoint: got "vpce-1.s3.us-east-1.vpce.amazonaws.com", needs the DNS name of an interface endpoint, such as vpce-0a1b-2c3d.bedrock-runtime.us-west-2.vpce.amazonaws.com',
    ],
    [
      region({ vpcEndpoint: endpoint('us-west-2') }),
      `regions[0].vpcEndpoint: got "${endpoint('us-west-2')}", needs an endpoint in us-east-1`,
    ],
    [
      region({ vpcEndpoint: endpoint('us-east-1'), endpoint: 'https://x' }),
      `regions[0].vpcEndpoint: got "${endpoint('us-east-1')}", needs no endpoint beside it: one address a region`,
    ],

    [targets(), 'models.nova.targets: got [], needs at least one'],
    [
      model({ targets: [{ model: nova }], strategy: 'fastest' }),
      'models.nova.strategy: got "fastest", needs one of "priority", "weighted", "least-latency"',
    ],
    [targets({ model: nova, region: 'us-east1' }), `${first}.region: got "us-east1", ${aRegion}`],
    [
      targets({ model: nova, region: 'us-east-2' }),
      `${first}.region: got "us-east-2", needs the name of a configured region (us-east-1, us-west-2); did you mean 'us-east-1'?`,
    ],
    [
      targets({ model: 'amazon.nova-light-v1:0' }),
      `${first}.model: got "amazon.nova-light-v1:0", needs a model id of the catalogue, or a row of its own; did you mean 'amazon.nova-lite-v1:0'?`,
    ],
    [
      targets({ model: `eu.${nova}` }),
      `${first}.model: got "eu.${nova}", which cannot be called from us-east-1 or us-west-2; there it is us.${nova}`,
    ],
    [
      targets({ model: nova, account: '1234' }),
      `${first}.account: got "1234", needs an AWS account of twelve digits`,
    ],
    [
      targets({ model: nova, via: 'cloudflare' }),
      `${first}.via: got "cloudflare", needs cloudflare: {account, gateway} in the configuration`,
    ],
    [targets({ model: nova, weight: -1 }), `${first}.weight: got -1, needs a number of at least 0`],
    [
      targets({ model: nova, wait: 1 }),
      `${first}.wait: is not known here; known are model, region, account, via, weight`,
    ],
    [
      model({ strategy: 'weighted', targets: [{ model: nova, weight: 0 }] }),
      'models.nova.targets: got [0], needs a weight above 0 for one of them',
    ],
    [
      { regions: ['sa-east-1'], ...targets({ model: nova }) },
      `${first}.model: got "${nova}", which cannot be called from sa-east-1; it has the profile us, the profile eu, the profile apac, the profile ca, us-east-1, us-gov-west-1`,
    ],

    [
      outside({ provider: 'opnai' }),
      `${first}.provider: got "opnai", needs the name of a configured provider (openai); did you mean 'openai'?`,
    ],
    [
      outside({}, {}),
      `${first}.provider: got "openai", needs the name of a configured provider (there is none)`,
    ],
    [
      outside({ like: 'openai.gpt-5.3' }),
      `${first}.like: got "openai.gpt-5.3", needs a model id of the catalogue; did you mean 'openai.gpt-5.5'?`,
    ],
    [
      outside({ like: 'openai.gpt-5.4', dimensions: [8] }),
      `${first}.like: got "openai.gpt-5.4", which answers conversations; needs a model that makes embeddings`,
    ],
    [
      outside({ accepts: { documents: true } }),
      `${first}.accepts.documents: got true, needs false: nothing sent to a server of the type openai can say it`,
    ],
    [
      outside({ region: 'us-east-1' }),
      `${first}.region: is not known here; known are provider, model, weight, like, name, price, limits, accepts, dimensions`,
    ],
    [
      outside({ price: [{ from: '2026-01-01', input: 0.000003, output: 1 }] }),
      `${first}.price[0].input: got 0.000003, needs USD a million tokens: from 0.001 to 1000, with at most six decimals`,
    ],
    [
      outside({ model: '../x' }, { openai: azure }),
      `${first}.model: got "../x", needs the name of a deployment: letters, digits, _ . and -`,
    ],
    [
      outside({ dimensions: [8] }, { openai: anthropic }),
      `${first}.provider: got "openai", which makes no embeddings; needs one of the type openai, azure or cohere`,
    ],
    [
      {
        ...targets({ model: nova }, { provider: 'openai', model: 'e', dimensions: [8] }),
        providers: { openai },
      },
      'models.nova.targets[1].model: got "e", which is for embeddings; needs a model for conversations, as the first target is',
    ],
    [
      {
        ...targets(
          { model: 'cohere.embed-v4:0' },
          { provider: 'openai', model: 'e', dimensions: [8] },
        ),
        providers: { openai },
      },
      'models.nova.targets[1].model: got "e", needs cohere.embed-v4:0: vectors of two models cannot be compared',
    ],

    [
      { providers: { bedrock: openai } },
      'providers: got "bedrock", needs names of lower-case letters, digits and -, other than bedrock',
    ],
    [
      provider({ type: 'opneai', url: 'https://x' }),
      'providers.own.type: got "opneai", needs one of "openai", "azure", "anthropic", "cohere"',
    ],
    [
      provider({ ...openai, url: 'http://api.openai.com/v1' }),
      `providers.own.url: got "http://api.openai.com/v1", ${anAddress}`,
    ],
    [
      provider({ ...openai, url: 'https://u:p@api.openai.com/v1' }),
      'providers.own.url: got an address with a name or password, which belong into key',
    ],
    [
      provider({ ...azure, url: 'https://acme.openai.azure.com/openai' }),
      'providers.own.url: got "https://acme.openai.azure.com/openai", needs the resource’s address alone: https://NAME.openai.azure.com',
    ],
    [
      provider({ ...openai, key: 'sk-123' }),
      `providers.own.key: got a text that is no ARN, ${anArn}`,
    ],
    [
      provider({ ...openai, key: secret('openai').replace('-AbCdEf', '') }),
      `providers.own.key: got "${secret('openai').replace('-AbCdEf', '')}", ${anArn}`,
    ],
    [
      provider({ ...openai, key: secret('openai', 'us-west-2') }),
      'providers.own.key: got "arn:aws:secretsmanager:us-west-2:123456789012:secret:openai-AbCdEf", needs a secret in us-east-1, the home region',
    ],
    [provider({ type: 'anthropic' }), `providers.own.key: got nothing, ${anArn}`],
    [
      { cloudflare: { ...cloudflare, account: 'acme' } },
      'cloudflare.account: got "acme", needs an account id of 32 hexadecimal digits',
    ],
    [
      { cloudflare: { ...cloudflare, token: secret('cf', 'eu-west-1') } },
      'cloudflare.token: got "arn:aws:secretsmanager:eu-west-1:123456789012:secret:cf-AbCdEf", needs a secret in us-east-1, the home region',
    ],
    [
      { timeouts: { firstByteMs: 300_000 } },
      'timeouts.firstByteMs: got 300000, needs a whole number from 1 to 290000',
    ],
  ])('%j', (change, problem) => {
    expect(problemsOf(change)).toEqual([problem])
  })
})

it('everything that is wrong is told at once', () => {
  const wrong = { ...targets({ model: 'x' }, { provider: 'y', model: 'z' }), providers: { openai } }
  expect(problemsOf(wrong)).toHaveLength(2)
})

describe('the page for operators', () => {
  const page = readFileSync(join(import.meta.dirname, '../docs/providers.md'), 'utf8')
  const shown = [...page.matchAll(/defineGateway\((\{.+?\n\})\)/gs)].map(([, text]) => text ?? '')

  it.each(shown)('shows a configuration that may be deployed (%#)', (text) => {
    const config: unknown = new Function(`return (${text})`)()
    expect(() => checkConfig(config)).not.toThrow()
  })

  it('shows two', () => {
    expect(shown).toHaveLength(2)
  })
})
