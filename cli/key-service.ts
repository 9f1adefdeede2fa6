/** API Gateway's keys and usage plans, as far as one stack's are concerned. */
import type { ApiKey } from '@aws-sdk/client-api-gateway'
import { Failure } from './problems.ts'

/** A key as API Gateway has it, without its value. */
export type GatewayKey = {
  readonly apiKeyId: string
  readonly name: string
  readonly enabled: boolean
  readonly created: number
  readonly tags: Readonly<Record<string, string>>
}

export type NewKey = {
  readonly name: string
  readonly value: string
  readonly description: string
  readonly tags: Readonly<Record<string, string>>
}

export type KeyService = {
  /** Those whose names begin with the stack's, in the order API Gateway gives them. */
  readonly keys: () => Promise<readonly GatewayKey[]>
  /** The usage plans of the stack, by the names of the configuration. */
  readonly plans: () => Promise<ReadonlyMap<string, string>>
  /** Ids of a plan's keys. */
  readonly keysOf: (planId: string) => Promise<ReadonlySet<string>>
  /** Resolves with API Gateway's id for it. */
  readonly create: (key: NewKey) => Promise<string>
  readonly attach: (apiKeyId: string, planId: string) => Promise<void>
  readonly disable: (apiKeyId: string) => Promise<void>
  readonly remove: (apiKeyId: string) => Promise<void>
  readonly tag: (apiKeyId: string, tags: Readonly<Record<string, string>>) => Promise<void>
  readonly untag: (apiKeyId: string, names: readonly string[]) => Promise<void>
}

type Settings = ConstructorParameters<
  typeof import('@aws-sdk/client-api-gateway').APIGatewayClient
>[0] & { readonly region: string }

const pageSize = 500

export function openKeyService(settings: Settings, stack: string, apiId: string): KeyService {
  let opened: ReturnType<typeof open> | undefined
  const sdk = () => {
    opened ??= open(settings)
    return opened
  }

  return {
    async keys() {
      const { client, api } = await sdk()
      const found: GatewayKey[] = []
      const pages = api.paginateGetApiKeys({ client, pageSize }, { nameQuery: `${stack}-` })
      for await (const { items = [] } of pages) found.push(...items.map(gatewayKey))
      return found
    },
    async plans() {
      const { client, api } = await sdk()
      const plans = new Map<string, string>()
      for await (const { items = [] } of api.paginateGetUsagePlans({ client, pageSize }, {})) {
        for (const { id, name = '', apiStages = [] } of items) {
          const own = name.startsWith(`${stack}-`) && apiStages.some((each) => each.apiId === apiId)
          if (own && id !== undefined) plans.set(name.slice(stack.length + 1), id)
        }
      }
      return plans
    },
    async keysOf(usagePlanId) {
      const { client, api } = await sdk()
      const ids = new Set<string>()
      const pages = api.paginateGetUsagePlanKeys({ client, pageSize }, { usagePlanId })
      for await (const { items = [] } of pages) {
        for (const { id } of items) if (id !== undefined) ids.add(id)
      }
      return ids
    },
    async create(key) {
      const { client, api } = await sdk()
      const { id } = await client.send(
        new api.CreateApiKeyCommand({ ...key, tags: { ...key.tags }, enabled: true }),
      )
      if (id === undefined) throw new Failure('API Gateway made a key, but did not say which.')
      return id
    },
    async attach(keyId, usagePlanId) {
      const { client, api } = await sdk()
      await client.send(
        new api.CreateUsagePlanKeyCommand({ usagePlanId, keyId, keyType: 'API_KEY' }),
      )
    },
    async disable(apiKey) {
      const { client, api } = await sdk()
      const patchOperations = [{ op: 'replace' as const, path: '/enabled', value: 'false' }]
      await client.send(new api.UpdateApiKeyCommand({ apiKey, patchOperations }))
    },
    async remove(apiKey) {
      const { client, api } = await sdk()
      await client.send(new api.DeleteApiKeyCommand({ apiKey }))
    },
    async tag(apiKeyId, tags) {
      const { client, api, arnOf } = await sdk()
      const resourceArn = arnOf(apiKeyId)
      await client.send(new api.TagResourceCommand({ resourceArn, tags: { ...tags } }))
    },
    async untag(apiKeyId, names) {
      const { client, api, arnOf } = await sdk()
      const resourceArn = arnOf(apiKeyId)
      await client.send(new api.UntagResourceCommand({ resourceArn, tagKeys: [...names] }))
    },
  }
}

async function open(settings: Settings) {
  const api = await import('@aws-sdk/client-api-gateway')
  const { partitionOf } = await import('../lib/gateway-config.ts')
  const { region } = settings
  const arnOf = (apiKeyId: string) =>
    `arn:${partitionOf(region)}:apigateway:${region}::/apikeys/${apiKeyId}`
  return { api, client: new api.APIGatewayClient(settings), arnOf }
}

const gatewayKey = ({
  id = '',
  name = '',
  enabled = false,
  createdDate,
  tags,
}: ApiKey): GatewayKey => ({
  apiKeyId: id,
  name,
  enabled,
  created: createdDate?.getTime() ?? 0,
  tags: tags ?? {},
})
