/** Nothing a caller sends changes where a request goes, or with whose rights. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { everyModel } from '../lambda/models/index.ts'
import { targetId } from '../lambda/models/profiles.ts'
import { type Simulator, startSimulator } from '../local/simulator/index.ts'
import { type InProcessRequest, invoke } from './support/in-process.ts'
import { authorizationFor, signedHeadersOf, startWire, type Wire } from './support/wire.ts'

const regions = ['us-east-1', 'us-west-2'] as const
const rights = { accessKeyId: 'AKIATOLLGATEINPROCES', secretAccessKey: 'no-secret-at-all' }

const simulators: Simulator[] = []
const wires: Wire[] = []
let elsewhere: Wire

beforeAll(async () => {
  elsewhere = await startWire()
  for (const region of regions) {
    const simulator = await startSimulator({ region })
    const wire = await startWire(simulator.url)
    simulators.push(simulator)
    wires.push(wire)
    const suffix = region.toUpperCase().replaceAll('-', '_')
    process.env[`AWS_ENDPOINT_URL_BEDROCK_RUNTIME_${suffix}`] = wire.url
  }
})
afterAll(async () => {
  await Promise.all([elsewhere, ...wires, ...simulators].map((each) => each.close()))
})
beforeEach(() => {
  for (const wire of [elsewhere, ...wires]) wire.sent.length = 0
})

const question = { question: 'Hi', model: 'claude', max_tokens: 20 }
const messages = [{ role: 'user', content: 'Hi' }]
const claudeId = 'us.anthropic.claude-haiku-4-5-20251001-v1:0'
const native = { anthropic_version: 'bedrock-2023-05-31', max_tokens: 20, messages }
const parts = [{ role: 'user', content: [{ text: 'Hi' }] }]

/** A right request of each kind, to be spoiled. */
const seeds: Readonly<Record<string, InProcessRequest & { readonly json: object }>> = {
  question: { resource: '/bedrock', json: question },
  chat: { resource: '/v1/chat/completions', json: { model: 'claude', messages, max_tokens: 20 } },
  messages: { resource: '/v1/messages', json: { model: 'claude', messages, max_tokens: 20 } },
  embeddings: {
    resource: '/v1/embeddings',
    json: { model: 'amazon.titan-embed-text-v2:0', input: 'Hi' },
  },
  invoke: { resource: '/model/{modelId}/invoke', path: { modelId: claudeId }, json: native },
  converse: {
    resource: '/model/{modelId}/converse',
    path: { modelId: 'nova' },
    json: { messages: parts, inferenceConfig: { maxTokens: 20 } },
  },
}

const host = () => `127.0.0.1:${elsewhere.port}`
const url = () => elsewhere.url

/** Headers by which somebody, somewhere, tells a proxy or an SDK where to go, or whose rights to use. */
const headers = (): Record<string, string> => ({
  host: host(),
  ':authority': host(),
  'x-forwarded-host': host(),
  'x-forwarded-for': '127.0.0.1',
  'x-forwarded-proto': 'http',
  forwarded: `host=${host()}`,
  'x-original-url': `${url()}/x`,
  'x-rewrite-url': `${url()}/x`,
  'x-http-method-override': 'GET',
  'x-amz-target': 'DynamoDB_20120810.Scan',
  'x-amz-security-token': 'theirs',
  'x-amz-date': '20200101T000000Z',
  'x-amz-content-sha256': 'UNSIGNED-PAYLOAD',
  'x-amzn-trace-id': 'Root=1-0-0',
  'x-amzn-bedrock-endpoint': url(),
  'aws-endpoint-url': url(),
  'x-tollgate-endpoint': url(),
  'x-tollgate-role': 'arn:aws:iam::999999999999:role/x',
  'openai-organization': 'x',
  'x-base-url': url(),
  'transfer-encoding': 'chunked',
  connection: 'x-amz-date',
  'cf-aig-authorization': 'Bearer theirs',
  'cf-aig-custom-url': url(),
  'cf-aig-cache-key': 'x',
  'cf-connecting-ip': '127.0.0.1',
})

const fields = (): Record<string, unknown> => ({
  endpoint: url(),
  endpoint_url: url(),
  base_url: url(),
  api_base: url(),
  baseURL: url(),
  url: url(),
  host: host(),
  region: 'eu-west-1',
  aws_region: 'eu-west-1',
  account: '999999999999',
  role: 'arn:aws:iam::999999999999:role/x',
  provider: 'elsewhere',
  targets: [{ endpoint: url() }],
  extra_headers: { host: host() },
  modelId: '../../x',
  __proto__: { endpoint: url() },
})

const names = (): readonly string[] => [
  url(),
  `//${host()}/x`,
  `@${host()}/`,
  `${claudeId}@${host()}`,
  '..',
  '../../other/path',
  `${claudeId}/../../other`,
  `${claudeId}%2f..%2f..%2fother`,
  `${claudeId}/invoke?x=`,
  `${claudeId}?x=y`,
  `${claudeId}#x`,
  `${claudeId}\r\nhost: ${host()}`,
  `${claudeId}\\..\\..\\other`,
  `${claudeId};x`,
  'arn:aws:bedrock:eu-west-1:999999999999:inference-profile/eu.anthropic.claude-haiku-4-5-20251001-v1:0',
  'arn:aws:bedrock:us-east-1:999999999999:provisioned-model/abcdefghijkl',
  'arn:aws:sagemaker:us-east-1:999999999999:endpoint/x',
  'constructor',
  '__proto__',
]

const paths = new Set(
  everyModel.flatMap((model) =>
    regions.flatMap((region) =>
      [targetId(model, region), model.id, ...model.profiles.map((scope) => `${scope}.${model.id}`)]
        .filter((id) => id !== undefined)
        .map((id) => `/model/${encodeURIComponent(id)}/`),
    ),
  ),
)
const ours =
  /^(host|connection|content-(length|type)|authorization|x-amz-date)$|^x-amzn-bedrock-request-metadata$/

/** What went out, went where the configuration says, as the gateway itself. */
async function expectOurs(): Promise<number> {
  expect(elsewhere.sent).toEqual([])
  for (const [index, wire] of wires.entries()) {
    for (const sent of wire.sent) {
      expect(sent.method).toBe('POST')
      expect(paths).toContain(sent.path.slice(0, sent.path.lastIndexOf('/') + 1))
      expect(sent.path).toMatch(/\/(invoke|converse|count-tokens)$/)
      expect(Object.keys(sent.headers).filter((name) => !ours.test(name))).toEqual([])
      expect(signedHeadersOf(sent)).toContain('host')
      const at = { host: `127.0.0.1:${wire.port}`, path: sent.path }
      expect(sent.headers.host).toBe(at.host)
      const signature = await authorizationFor(sent, at, rights, regions[index] ?? '')
      expect(sent.headers.authorization).toBe(signature)
    }
  }
  return wires.reduce((sum, { sent }) => sum + sent.length, 0)
}

/** By a team without a limit, that may use every model. */
async function ask({ json, ...request }: InProcessRequest & { json: object }): Promise<number> {
  const body = JSON.stringify(json)
  return (await invoke({ ...request, body, team: 'platform' })).statusCode
}

describe.each(Object.entries(seeds))('a caller of %s', (kind, seed) => {
  it('changes nothing by headers', async () => {
    expect(await ask({ ...seed, headers: headers() })).toBe(200)
    expect(await expectOurs()).toBe(1)
  })

  it('changes nothing by each header alone', async () => {
    for (const [name, value] of Object.entries(headers())) {
      expect([name, await ask({ ...seed, headers: { [name]: value } })]).toEqual([name, 200])
    }
    expect(await expectOurs()).toBe(Object.keys(headers()).length)
  })

  it('changes nothing by fields of the body, read or refused', async () => {
    for (const [name, value] of Object.entries(fields())) {
      const status = await ask({ ...seed, json: { ...seed.json, [name]: value } })
      expect([name, [200, 400].includes(status)]).toEqual([name, true])
    }
    await expectOurs()
  })

  it('changes nothing by the model’s name', async () => {
    for (const name of names()) {
      const spoiled =
        seed.path === undefined
          ? { ...seed, json: { ...seed.json, model: name } }
          : { ...seed, path: { modelId: name } }
      const status = await ask(spoiled)
      expect([kind, name, [200, 400, 403, 404].includes(status)]).toEqual([kind, name, true])
    }
    await expectOurs()
  })

  it('changes nothing by the query', async () => {
    const query = { endpoint: url(), region: 'eu-west-1', 'X-Amz-Signature': 'x', Action: 'x' }
    const status = await ask({ ...seed, query })
    expect([200, 400].includes(status)).toBe(true)
    for (const { sent } of wires) for (const { path } of sent) expect(path).not.toContain('?')
    await expectOurs()
  })
})

it('a caller’s own labels go on beside the gateway’s, which nobody else can set', async () => {
  const { path, json, resource } = seeds.converse ?? { json: {} }
  const requestMetadata = { project: 'x', team: 'theirs', keyId: 'theirs', requestId: 'theirs' }
  const body = JSON.stringify({ ...json, requestMetadata })
  const asked = { ...(resource && { resource }), ...(path && { path }), body }
  const answer = await invoke({ ...asked, team: 'platform', keyId: 'abcd1234' })
  expect(answer.statusCode).toBe(200)
  expect(answer.headers['x-tollgate-notice']).toContain('team')
  const kept = simulators.flatMap(({ requests }) => requests).at(-1)?.requestMetadata
  const requestId = expect.stringMatching(/^request-\d+$/)
  expect(kept).toEqual({ project: 'x', team: 'platform', keyId: 'abcd1234', requestId })
  const refused = await invoke({
    ...asked,
    body: JSON.stringify({ ...json, requestMetadata: { project: '{}' } }),
    team: 'platform',
  })
  expect([refused.statusCode, refused.text]).toEqual([
    400,
    expect.stringContaining('requestMetadata.project'),
  ])
})
