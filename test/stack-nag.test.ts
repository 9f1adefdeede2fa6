/** The rules of AWS's own reviewers hold, or the exception stands beside the resource with its reason. */
import { Bucket } from 'aws-cdk-lib/aws-s3'
import { describe, expect, it } from 'vitest'
import type { GatewayConfig } from '../lambda/core/config.ts'
import config from '../tollgate.config.ts'
import { appOf, type StackOptions, synthesiseChecked } from './support/stack.ts'

process.env.CDK_VALIDATION = 'true'

const ofHome = (service: string, resource: string) =>
  `arn:aws:${service}:us-east-1:123456789012:${resource}`
const certificateArn = ofHome('acm', 'certificate/0a1b2c3d-0000-4000-8000-000000000000')

/** Everything that stands around the gateway in the open, and the least within. */
const inTheOpen: GatewayConfig = {
  ...config,
  auth: 'x-api-key',
  logs: { accountRole: false },
  waf: true,
  domain: { name: 'models.example.com', certificateArn },
  cors: { origins: ['https://chat.example.com', 'http://localhost:5173'] },
}

/** A network over three regions, with a way out to another provider. */
const within: GatewayConfig = {
  ...config,
  regions: ['us-east-1', 'us-west-2', 'us-east-2'],
  network: { vpc: 'new', privateApi: true },
  waf: true,
  cors: { origins: ['https://chat.example.com'] },
  auth: { jwt: { issuer: 'https://login.example.com', audience: 'models', teamClaim: 'team' } },
  providers: {
    groq: {
      type: 'openai',
      url: 'https://api.groq.com/openai/v1',
      key: ofHome('secretsmanager', 'secret:groq-AbCdEf'),
    },
  },
  models: {
    claude: 'global.anthropic.claude-haiku-4-5-20251001-v1:0',
    fast: { targets: [{ provider: 'groq', model: 'llama-3.3-70b' }] },
  },
  teams: { demo: { plan: 'trial', models: '*' } },
}

/** Models of a second account behind those of the gateway's own. */
const nova = 'amazon.nova-lite-v1:0'
const twoAccounts: GatewayConfig = {
  ...config,
  models: {
    ...config.models,
    nova: { targets: [{ model: nova }, { model: nova, account: '210987654321' }] },
  },
}

describe('cdk-nag', () => {
  it.each<[string, GatewayConfig, StackOptions?]>([
    ['the shipped example', config],
    ['keys in x-api-key alone, a log role, a firewall, a domain and browsers', inTheOpen],
    ['a private API in a network over three regions, with a way out', within],
    ['models of two accounts', twoAccounts, { account: '123456789012' }],
  ])('has nothing against %s', (_, each, options) => {
    expect(() => synthesiseChecked(appOf(each, options))).not.toThrow()
  })

  it('does look', () => {
    process.env.CDK_VALIDATION = 'false'
    const app = appOf(config)
    new Bucket(app.node.findChild('Tollgate') as never, 'Open')
    expect(() => synthesiseChecked(app)).toThrow()
  })
})
