/** The rules of AWS's own reviewers hold for networks, further regions and further accounts too. */
import { expect, it } from 'vitest'
import type { GatewayConfig } from '../lambda/core/config.ts'
import config from '../tollgate.config.ts'
import { appOf, synthesiseChecked } from './support/stack.ts'

const account = '111111111111'
const key = `arn:aws:secretsmanager:us-east-1:${account}:secret:anthropic-AbCdEf`
const jwt = { issuer: 'https://id.example.com', audience: 'gateway', teamClaim: 'team' }
const haiku = 'anthropic.claude-haiku-4-5-20251001-v1:0'
const regions = ['us-east-1', 'us-west-2', 'eu-west-1']

it.each<[string, Partial<GatewayConfig>, { readonly account?: string }]>([
  ['a private API in three regions', { regions, network: { vpc: 'new', privateApi: true } }, {}],
  [
    'a way out, sign-in, three regions and two further accounts',
    {
      regions,
      network: { vpc: 'new' },
      auth: { jwt },
      providers: { anthropic: { type: 'anthropic', key } },
      models: {
        claude: {
          targets: ['222222222222', '333333333333'].map((each) => ({
            model: haiku,
            account: each,
          })),
        },
      },
      teams: { demo: { plan: 'trial', models: ['claude'] } },
    },
    { account },
  ],
])(
  'cdk-nag has nothing against %s',
  (_, change, options) => {
    expect(() => synthesiseChecked(appOf({ ...config, ...change }, options))).not.toThrow()
  },
  60_000,
)
