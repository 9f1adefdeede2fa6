/** Whatever a configuration adds around the gateway, the local one knows it, and answers where it is. */
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { GatewayConfig } from '../lambda/core/config.ts'
import { readApi } from '../local/gateway/api.ts'
import { outputsHere } from '../local/gateway/outputs.ts'
import { readAssembly } from '../local/template/assembly.ts'
import { type Deployed, deploy } from '../local/template/deploy.ts'
import config from '../tollgate.config.ts'
import { apiOf, functionOf, writeAssembly } from './gateway-project.ts'
import { synthesise } from './support/stack.ts'

const certificateArn =
  'arn:aws:acm:us-east-1:123456789012:certificate/0a1b2c3d-0000-4000-8000-000000000000'
const secret = 'arn:aws:secretsmanager:us-east-1:123456789012:secret:groq-AbCdEf'
const llama = 'meta.llama3-3-70b-instruct-v1:0'
const domain = { name: 'models.example.com', certificateArn }
const jwt = { issuer: 'https://login.example.com', audience: 'models', teamClaim: 'team' }
const url = 'http://127.0.0.1:1'

/** Walks the template as a start does; only functions and custom resources do not run. */
async function walked(each: GatewayConfig) {
  const { directory } = synthesise(each)
  const resources: Deployed[] = []
  const outputs = await deploy(await readAssembly(directory), 'us-east-1', {
    deployed: (resource) => resources.push(resource),
    custom: async ({ path }) => ({ id: path, data: { Secret: path.replaceAll('/', '') } }),
  })
  const api = readApi(resources, 'us-east-1', 0)
  return { api, outputs: outputsHere(outputs, api, url) }
}

describe('the local gateway serves', () => {
  it.each<[string, Partial<GatewayConfig>]>([
    ['a firewall, a domain and browsers', { waf: true, domain, cors: { origins: ['*'] } }],
    [
      'a private API over two regions, for those who sign in',
      {
        regions: ['us-east-1', 'us-west-2'],
        network: { vpc: 'new', privateApi: true },
        auth: { jwt },
        waf: true,
      },
    ],
    [
      'a network with a way out',
      {
        network: { vpc: 'new' },
        providers: { groq: { type: 'openai', url: 'https://api.groq.com/openai/v1', key: secret } },
        models: {
          ...config.models,
          fast: { targets: [{ provider: 'groq', model: 'llama-3.3-70b', like: llama }] },
        },
      },
    ],
  ])('%s', async (_, more) => {
    const { api, outputs } = await walked({ ...config, ...more })
    expect(outputs.Url).toBe(url)
    expect(api.mocks.length > 0).toBe(more.cors !== undefined)
    const target = more.domain && /^d-\w+\.execute-api\.us-east-1\.amazonaws\.com$/
    if (target === undefined) expect(outputs.DomainTarget).toBeUndefined()
    else expect(outputs.DomainTarget).toMatch(target)
  })
})

describe('stacks beside the gateway’s', () => {
  const resources = { ...apiOf({ 'GET /x': {} }), ...functionOf('Answer') }

  async function folderWith(other: object): Promise<string> {
    const folder = await writeAssembly({ functions: { Answer: '' }, resources })
    const file = join(folder, 'manifest.json')
    const manifest = JSON.parse(await readFile(file, 'utf8'))
    manifest.artifacts.Other = {
      type: 'aws:cloudformation:stack',
      properties: { templateFile: 'Other.template.json' },
    }
    await writeFile(file, JSON.stringify(manifest))
    await writeFile(join(folder, 'Other.template.json'), JSON.stringify({ Resources: other }))
    return folder
  }

  it('are read over where they are networks', async () => {
    const folder = await folderWith({ Vpc: { Type: 'AWS::EC2::VPC' } })
    expect(await readAssembly(folder)).toMatchObject({ stackName: 'Test' })
  })

  it('stop the start where they would be served', async () => {
    await expect(readAssembly(await folderWith(functionOf('More')))).rejects.toThrow(
      'Other/More (AWS::Lambda::Function): the local gateway serves the stack Test alone',
    )
    await expect(readAssembly(await folderWith(resources))).rejects.toThrow(
      'must have one stack with a REST API, it has: Test, Other',
    )
  })
})
