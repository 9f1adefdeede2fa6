/** `tollgate doctor`: each check against an AWS that is well, and one that is not; message and mend. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest'
import { openAsk } from '../cli/doctor/ask.ts'
import { examineDeployed, type Found } from '../cli/doctor/examine.ts'
import { nodeFinding } from '../cli/doctor/here-checks.ts'
import { allowedTogether, quotaOf } from '../cli/doctor/quotas.ts'
import { wantedTemplate } from '../cli/doctor/wanted.ts'
import type { GatewayConfig } from '../lambda/core/config.ts'
import type { BedrockTarget } from '../lambda/core/contracts.ts'
import { routeFinder } from '../lambda/targets.ts'
import { homeRegion } from '../lib/gateway-config.ts'
import { startAws } from '../local/aws/server.ts'
import type { ServiceAnswer, ServiceRequest } from '../local/aws/service.ts'
import shipped from '../tollgate.config.ts'
import { temporaryFolder } from './gateway-project.ts'
import { run } from './support/cli.ts'
import { everything } from './support/effort.ts'

const account = '123456789012'
const secretArn = `arn:aws:secretsmanager:us-east-1:${account}:secret:k-abcdef`
const template = {
  Resources: { Api: { Type: 'AWS::ApiGateway::RestApi', Properties: { Name: '<&"' } } },
}

const config: GatewayConfig = {
  regions: ['us-east-1', 'us-west-2'],
  models: { nova: 'amazon.nova-lite-v1:0', claude: 'anthropic.claude-haiku-4-5-20251001-v1:0' },
  providers: { other: { type: 'anthropic', key: secretArn } },
  plans: { plan: { throttle: { rate: 1, burst: 2 } } },
  teams: { one: { plan: 'plan', models: ['nova'] }, two: { plan: 'plan', models: '*' } },
  guard: { deny: ['bomb'] },
  guardrail: { id: { 'us-east-1': 'abc', 'us-west-2': 'def' }, version: 1 },
}

const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;')
const said = (body: string): ServiceAnswer => ({ status: 200, body })
const json = (value: object): ServiceAnswer => said(JSON.stringify(value))
const refused = (code: string, message = 'no', status = 400): ServiceAnswer => ({
  status,
  headers: { 'x-amzn-errortype': code },
  body: JSON.stringify({ message }),
})
const missingStack = (name: string): ServiceAnswer => ({
  status: 400,
  body: `<ErrorResponse><Error><Code>ValidationError</Code><Message>Stack with id ${name} does not exist</Message></Error></ErrorResponse>`,
})

/** By the service and what is asked of it, as an AWS answers that has nothing wrong. */
const well: Readonly<Record<string, () => ServiceAnswer>> = {
  'sts GetCallerIdentity': () =>
    said(
      `<R><Arn>arn:aws:sts::${account}:assumed-role/Admin/ana</Arn><Account>${account}</Account></R>`,
    ),
  'cloudformation CDKToolkit': () => said('<R><StackStatus>UPDATE_COMPLETE</StackStatus></R>'),
  'cloudformation Tollgate': () => said('<R><StackStatus>CREATE_COMPLETE</StackStatus></R>'),
  'cloudformation GetTemplate': () =>
    said(`<R><TemplateBody>${escaped(JSON.stringify(template))}</TemplateBody></R>`),
  'apigateway /account': () => json({ cloudwatchRoleArn: 'arn:aws:iam::1:role/x' }),
  'lambda /2016-08-19/account-settings/': () =>
    json({ AccountLimit: { UnreservedConcurrentExecutions: 1_000 } }),
  'secretsmanager DescribeSecret': () => json({ ARN: secretArn }),
  'bedrock model': () =>
    json({
      agreementAvailability: { status: 'AVAILABLE' },
      authorizationStatus: 'AUTHORIZED',
      entitlementAvailability: 'AVAILABLE',
      regionAvailability: 'AVAILABLE',
    }),
  'bedrock guardrail': () => json({ status: 'READY' }),
  'servicequotas ListServiceQuotas': () =>
    json({
      Quotas: [
        {
          QuotaName: 'On-demand InvokeModel requests per minute for Amazon Nova Lite',
          Value: 2_000,
        },
        {
          QuotaName:
            'Cross-region model inference requests per minute for Anthropic Claude Haiku 4.5',
          Value: 250,
        },
        {
          QuotaName:
            'Cross-region model inference tokens per minute for Anthropic Claude Haiku 4.5 V1',
          Value: 1_000_000,
        },
        {
          QuotaName:
            'Global cross-region model inference requests per minute for Anthropic Claude Haiku 4.5',
          Value: 9,
        },
      ],
    }),
}

type Answers = Readonly<Record<string, () => ServiceAnswer>>

function keyOf(service: string, { path, body, headers }: ServiceRequest): string {
  if (service === 'bedrock') return path.startsWith('/guardrails/') ? 'guardrail' : 'model'
  const target = headers['x-amz-target']?.split('.').at(-1)
  if (target !== undefined) return target
  const form = new URLSearchParams(body)
  if (form.get('Action') === 'DescribeStacks') return form.get('StackName') ?? ''
  return form.get('Action') ?? path
}

async function aws(changed: Answers = {}) {
  const asked: string[] = []
  const service =
    (name: string) =>
    (request: ServiceRequest): ServiceAnswer => {
      const [, region = ''] =
        /Credential=[^/]+\/\d+\/([^/]+)\//.exec(request.headers.authorization ?? '') ?? []
      const key = `${name} ${keyOf(name, request)}`
      asked.push(`${region} ${key} ${request.path}`)
      const answer = changed[`${key} ${region}`] ?? changed[key] ?? well[key]
      return answer?.() ?? refused('UnknownOperationException', key)
    }
  const names = [
    'sts',
    'cloudformation',
    'apigateway',
    'lambda',
    'secretsmanager',
    'bedrock',
    'servicequotas',
  ]
  const server = await startAws(Object.fromEntries(names.map((name) => [name, service(name)])))
  onTestFinished(() => server.close())
  return { url: server.url, asked }
}

const folder = mkdtempSync(join(tmpdir(), 'tollgate-doctor-'))
afterAll(() => rmSync(folder, { recursive: true }))
beforeAll(() => {
  writeFileSync(join(folder, 'tollgate.guard.test.yaml'), 'pass: [hello]\nblock: [a bomb]\n')
})

async function examined(changed: Answers = {}, change: Partial<GatewayConfig> = {}) {
  const { url, asked } = await aws(changed)
  const credentials = async () => ({ accessKeyId: 'a', secretAccessKey: 's', sessionToken: 't' })
  const ask = openAsk({ credentials, environment: { AWS_ENDPOINT_URL: url } })
  const whole = { ...config, ...change }
  const found = await examineDeployed(
    { node: '24.1.0', configFile: 'tollgate.config.ts', config: async () => whole, folder },
    { stack: 'Tollgate', home: homeRegion, ask, wanted: async () => template },
  )
  return { found, asked }
}

const shown = ({ check, state, says, mend }: Found): string =>
  [`${state} ${check}: ${says}`, ...(mend === undefined ? [] : [mend])].join(' → ')

describe('where all is well', () => {
  it('says so of each', async () => {
    const { found, asked } = await examined()
    expect(found.map(shown)).toEqual([
      'ok Node: 24.1.0',
      'ok configuration: tollgate.config.ts: 2 aliases, 1 plan, 2 teams, in us-east-1 and us-west-2',
      'ok ends of models: no alias leads to a model that is going',
      'ok guard: 2 examples, all as they must be',
      'ok credentials: assumed-role/Admin/ana of account 123456789012',
      'ok bootstrap: there, in us-east-1',
      'ok stack: Tollgate is deployed in us-east-1, as it is configured',
      'ok log role: API Gateway may write access logs',
      'ok calls at once: Lambda allows 1,000 in us-east-1, for all functions of the account',
      'ok secrets: 1 secret there',
      'ok model access: 2 models, in us-east-1 and us-west-2',
      'ok guardrails: 2 guardrails ready',
      'ok quotas: nova in us-east-1: 2,000 requests a minute; plans allow 120 requests',
      ...['us-east-1', 'us-west-2'].map(
        (region) =>
          `ok quotas: claude in ${region}: 250 requests and 1,000,000 tokens a minute; plans allow 120 requests`,
      ),
    ])
    const path = '/foundation-model-availability/anthropic.claude-haiku-4-5-20251001-v1%3A0'
    expect(asked).toContain(`us-west-2 bedrock model ${path}`)
    expect(asked).toContain('us-west-2 bedrock guardrail /guardrails/def')
  })
})

const page = 'the model catalogue of the Bedrock console in us-west-2'
const nova = 'nova in us-west-2: Nova Lite'
const claude = 'claude in us-west-2: Claude Haiku 4.5'
const both = (says: string, mend: string) =>
  [nova, claude].map((who) => `wrong model access: ${who}${says} → ${mend}`)

describe('what is not, is told with its mend', () => {
  it.each<[key: string, answer: ServiceAnswer, told: readonly string[]]>([
    [
      'cloudformation CDKToolkit',
      missingStack('CDKToolkit'),
      [
        'wrong bootstrap: the CDK has nowhere to put files in us-east-1 → npx cdk bootstrap aws://123456789012/us-east-1',
      ],
    ],
    [
      'cloudformation Tollgate',
      missingStack('Tollgate'),
      ['wrong stack: Tollgate is not deployed in us-east-1 → npx cdk deploy'],
    ],
    [
      'cloudformation Tollgate',
      said('<R><StackStatus>ROLLBACK_COMPLETE</StackStatus></R>'),
      [
        'wrong stack: Tollgate came to ROLLBACK_COMPLETE → aws cloudformation describe-stack-events --stack-name Tollgate --region us-east-1 says why; then npx cdk deploy',
      ],
    ],
    [
      'cloudformation Tollgate',
      said('<R><StackStatus>UPDATE_IN_PROGRESS</StackStatus></R>'),
      ['note stack: Tollgate is being changed: UPDATE_IN_PROGRESS'],
    ],
    [
      'cloudformation GetTemplate',
      said(
        '<R><TemplateBody>{"Resources":{"Other":{"Type":"x"},"Meta":{"Type":"AWS::CDK::Metadata"}}}</TemplateBody></R>',
      ),
      [
        'wrong stack: Tollgate in us-east-1 is not as it is configured: Other, Api differ → npx cdk diff, then npx cdk deploy',
      ],
    ],
    [
      'apigateway /account',
      json({}),
      [
        'wrong log role: API Gateway has no role in us-east-1 to write access logs with → npx cdk deploy makes one',
      ],
    ],
    [
      'lambda /2016-08-19/account-settings/',
      json({ AccountLimit: { UnreservedConcurrentExecutions: 10 } }),
      [
        'note calls at once: Lambda allows 10 in us-east-1, for all functions of the account → ask for more: Service Quotas, AWS Lambda, Concurrent executions',
      ],
    ],
    [
      'secretsmanager DescribeSecret',
      refused('ResourceNotFoundException'),
      [
        `wrong secrets: providers.other.key: there is no secret ${secretArn} → make it with aws secretsmanager create-secret --region us-east-1, and put its ARN there`,
      ],
    ],
    [
      'secretsmanager DescribeSecret',
      json({ DeletedDate: 1 }),
      [
        `wrong secrets: providers.other.key: the secret is to be deleted → aws secretsmanager restore-secret --secret-id ${secretArn} --region us-east-1`,
      ],
    ],
    [
      'bedrock model us-west-2',
      json({ regionAvailability: 'NOT_AVAILABLE' }),
      both(
        ' is not offered there',
        'take the region out of regions, or give the alias targets with a region each',
      ),
    ],
    [
      'bedrock model us-west-2',
      refused('ResourceNotFoundException', 'no', 404),
      both(
        ' is not offered there',
        'take the region out of regions, or give the alias targets with a region each',
      ),
    ],
    [
      'bedrock model us-west-2',
      json({ agreementAvailability: { status: 'PENDING' } }),
      both(': its agreement is still pending', 'wait a few minutes'),
    ],
    [
      'bedrock model us-west-2',
      json({ agreementAvailability: { status: 'NOT_AVAILABLE' } }),
      [
        `wrong model access: ${nova}: its agreement is not accepted → open it in ${page}, or aws bedrock create-foundation-model-agreement --model-id amazon.nova-lite-v1:0 --region us-west-2`,
        `wrong model access: ${claude}: its agreement is not accepted → open it in ${page}, or aws bedrock create-foundation-model-agreement --model-id anthropic.claude-haiku-4-5-20251001-v1:0 --region us-west-2`,
      ],
    ],
    [
      'bedrock model us-west-2',
      json({ entitlementAvailability: 'NOT_AVAILABLE' }),
      both(
        ': the account has no access',
        `open it in ${page}; Anthropic’s models ask once for a use case`,
      ),
    ],
    [
      'bedrock model us-west-2',
      json({ authorizationStatus: 'NOT_AUTHORIZED' }),
      both(
        ': the account may not invoke it',
        'look for a policy of the organisation that denies bedrock:InvokeModel',
      ),
    ],
    [
      'bedrock model us-west-2',
      refused('AccessDeniedException', 'ana may not', 403),
      both(
        ': AWS does not allow it: ana may not',
        'let these credentials call bedrock:GetFoundationModelAvailability',
      ),
    ],
    [
      'bedrock guardrail us-west-2',
      refused('ResourceNotFoundException'),
      [
        'wrong guardrails: guardrail: def, version 1, in us-west-2 is not there → aws bedrock list-guardrails --region us-west-2',
      ],
    ],
    [
      'bedrock guardrail us-west-2',
      json({ status: 'CREATING' }),
      [
        'wrong guardrails: guardrail: def, version 1, in us-west-2 is CREATING → wait, or look at it in the Bedrock console',
      ],
    ],
    [
      'servicequotas ListServiceQuotas',
      refused('AccessDeniedException', 'ana may not', 403),
      [
        'note quotas: not looked at: AWS does not allow it: ana may not → let these credentials call servicequotas:ListServiceQuotas',
      ],
    ],
    [
      'servicequotas ListServiceQuotas',
      json({ Quotas: [] }),
      ['note quotas: Service Quotas in us-east-1 names none of these models'],
    ],
    [
      'servicequotas ListServiceQuotas',
      json({
        Quotas: [
          {
            QuotaName: 'On-demand InvokeModel requests per minute for Amazon Nova Lite',
            Value: 50,
          },
        ],
      }),
      [
        'note quotas: nova in us-east-1: 50 requests a minute; plans allow 120 requests → more are throttled and tried elsewhere; Service Quotas may raise it',
      ],
    ],
    [
      'lambda /2016-08-19/account-settings/',
      refused('AccessDeniedException', 'ana may not', 403),
      [
        'wrong calls at once: AWS does not allow it: ana may not → let these credentials call lambda:GetAccountSettings',
      ],
    ],
  ])('%s (%#)', async (key, answer, told) => {
    const { found } = await examined({ [key]: () => answer })
    const amiss = found.filter(({ state }) => state === 'wrong' || state === 'note')
    expect(amiss.map(shown)).toEqual(told)
  })

  it.each<[what: string, change: Partial<GatewayConfig>, told: readonly string[]]>([
    [
      'a model that has ended',
      { models: { titan: 'amazon.titan-text-express-v1' } },
      [
        'note ends of models: titan: Titan Text Express ended on 2025-08-15, and AWS answers no more for it → its successor is amazon.nova-lite-v1:0',
        'skipped model access: no alias leads to Bedrock in this account',
      ],
    ],
    [
      'a guard that says otherwise',
      { guard: { deny: ['hello'] } },
      ['wrong guard: 2 examples, 2 not as they must be → npx tollgate guard test says which'],
    ],
    ['no guard', { guard: undefined } as object, ['skipped guard: none is configured']],
    ['no secret', { providers: {} }, ['skipped secrets: none is configured']],
    [
      'no guardrail',
      { guardrail: undefined } as object,
      ['skipped guardrails: none is configured'],
    ],
  ])('%s', async (_, change, told) => {
    const { found } = await examined({}, change)
    const all = found.map(shown)
    for (const line of told) expect(all).toContain(line)
  })

  it('of networks in further regions, too', async () => {
    const answer = { 'cloudformation CDKToolkit us-west-2': () => missingStack('CDKToolkit') }
    const { found } = await examined(answer, { network: { vpc: 'new' } })
    expect(found.map(shown)).toContain(
      'wrong bootstrap: the CDK has nowhere to put files in us-west-2 → npx cdk bootstrap aws://123456789012/us-west-2',
    )
  })

  it('credentials that AWS does not take; the rest is not looked at', async () => {
    const { found } = await examined({
      'sts GetCallerIdentity': () => refused('ExpiredToken', 'old', 403),
    })
    const [first, ...rest] = found.slice(4)
    expect(first && shown(first)).toBe(
      'wrong credentials: These AWS credentials are no longer valid → Log in (`aws sso login`), or name a profile with --profile.',
    )
    expect(rest).toHaveLength(8)
    expect(new Set(rest.map(({ says }) => says))).toEqual(
      new Set(['not looked at without credentials']),
    )
  })

  it('an AWS that does not answer, before it is waited for too long', async () => {
    const credentials = async () => ({ accessKeyId: 'a', secretAccessKey: 's' })
    const environment = { AWS_ENDPOINT_URL_STS: 'http://127.0.0.1:9' }
    const ask = openAsk({ credentials, environment })
    await expect(ask({ service: 'sts', region: 'us-east-1' })).rejects.toThrow(
      /ECONNREFUSED|bad port/,
    )
    const { url } = await aws({})
    const slow = openAsk({ credentials, environment: { AWS_ENDPOINT_URL: url }, patienceMs: 0 })
    await expect(slow({ service: 'lambda', region: 'us-east-1' })).rejects.toMatchObject({
      name: 'TimeoutError',
    })
  })
})

it.each([
  ['24.21.0', 'ok', undefined],
  ['25.0.0', 'ok', undefined],
  ['22.4.0', 'wrong', 'npm ci brings the right one; use npx tollgate'],
])('Node %s is %s', (version, state, mend) => {
  expect(nodeFinding(version)).toMatchObject({ state, ...(mend && { mend }) })
})

describe('quotas', () => {
  const targetOf = (id: string): BedrockTarget => {
    const [target] = routeFinder(config, {}).ofRow(id).targets
    if (target?.type !== 'bedrock') throw new Error(`${id} has no target.`)
    return target
  }
  const rows = [
    ['Cross-region model inference requests per minute for Anthropic Claude Haiku 4.5', 1],
    ['Global cross-region model inference requests per minute for Anthropic Claude Haiku 4.5', 2],
    ['On-demand InvokeModel requests per minute for Amazon Nova Lite', 3],
    ['On-demand InvokeModel requests per minute for Amazon Nova 2 Lite', 4],
    ['Cross-region model inference tokens per minute for Meta Llama 3.3 70B Instruct', 5],
  ].map(([QuotaName, Value]) => ({ QuotaName: String(QuotaName), Value: Number(Value) }))

  it.each([
    ['anthropic.claude-haiku-4-5-20251001-v1:0', 'requests', 1],
    ['global.anthropic.claude-haiku-4-5-20251001-v1:0', 'requests', 2],
    ['amazon.nova-lite-v1:0', 'requests', 3],
    ['amazon.nova-lite-v1:0', 'tokens', undefined],
    ['meta.llama3-3-70b-instruct-v1:0', 'tokens', 5],
  ] as const)('of %s in %s', (id, measure, value) => {
    expect(quotaOf(rows, targetOf(id), measure)).toBe(value)
  })

  it('stand beside what plans allow together, which the gateway’s own throttle bounds', () => {
    expect(allowedTogether(shipped)).toBe(60 * (100 + 20 + 200))
    expect(allowedTogether({ ...shipped, throttle: { rate: 50, burst: 50 } })).toBe(3_000)
  })
})

describe('the command', () => {
  it('tells people and scripts the same, by AWS’s own variables', async () => {
    const { url } = await aws({ 'cloudformation Tollgate': () => missingStack('Tollgate') })
    vi.stubEnv('AWS_ACCESS_KEY_ID', 'a').stubEnv('AWS_SECRET_ACCESS_KEY', 's')
    onTestFinished(() => void vi.unstubAllEnvs())
    const environment = { AWS_ENDPOINT_URL: url }
    const { status, out, error } = await run(['doctor'], { folder, environment })
    expect([status, error]).toEqual([1, ''])
    expect(out).toContain(
      'WRONG  stack           Tollgate is not deployed in us-east-1\n                       → npx cdk deploy\n',
    )
    expect(out).toMatch(/\n1 thing wrong, \d things? to know\.\n$/)
    const told = await run(['doctor', '--json'], { folder, environment })
    const { ok, checks } = JSON.parse(told.out)
    expect([told.status, ok]).toEqual([1, false])
    expect(checks).toContainEqual({
      check: 'stack',
      state: 'wrong',
      says: 'Tollgate is not deployed in us-east-1',
      mend: 'npx cdk deploy',
    })
  })

  it('says what is wrong with a configuration, and looks no further', async () => {
    const file = join(folder, 'wrong.config.ts')
    writeFileSync(file, 'export default { regions: [] }\n')
    const { status, out } = await run(['doctor', `--config=${file}`], { folder })
    expect(status).toBe(1)
    expect(out).toMatch(
      /^WRONG {2}configuration {2}.*wrong\.config\.ts cannot be used:\n +regions: got/m,
    )
    expect(out).toMatch(/^ +→ correct it; docs\/configuring\.md has every setting$/m)
    expect(out).toMatch(/^- {6}stack +not looked at without the configuration$/m)
  })

  it('says of this machine that no gateway runs', async () => {
    const { status, out } = await run(['doctor', '--local'], { folder: await temporaryFolder() })
    expect([status, out]).toEqual([
      1,
      expect.stringMatching(
        /^WRONG {2}gateway +There is no gateway on this machine\n +→ start it with npm start, and leave it running$/m,
      ),
    ])
  })
})

/** It bundles the functions, as `cdk deploy` does. */
it.runIf(everything)('knows what would be deployed', async () => {
  const configFile = join(import.meta.dirname, '../tollgate.config.ts')
  const wanted = { configFile, stack: 'Mine', account, region: 'us-east-1' }
  const { Resources } = (await wantedTemplate(wanted)) as typeof template
  expect(Object.values(Resources).map(({ Type }) => Type)).toContain('AWS::Lambda::Function')
  expect(JSON.stringify(Resources)).toContain('us-east-1')
  const { Resources: again } = (await wantedTemplate(wanted)) as typeof template
  expect(again).toEqual(Resources)
})
