/** The one API of a template, as the gateway serves it. */
import type { Deployed } from '../template/deploy.ts'
import { NotServed, textOf, type Values, valuesOf } from '../template/values.ts'
import { type GatewayResponse, readGatewayResponses } from './gateway-response.ts'
import type { Made } from './key-registry.ts'
import { type Methods, readMethods } from './methods.ts'
import { checkPermissions } from './permissions.ts'
import { readPlans } from './usage-plans.ts'

export type Api = Methods & {
  readonly id: string
  readonly region: string
  readonly stage: string
  /** Where it would answer once it is deployed. */
  readonly addresses: readonly string[]
  readonly stageVariables: Readonly<Record<string, string>> | null
  readonly keySource: 'HEADER' | 'AUTHORIZER'
  readonly responses: ReadonlyMap<string, GatewayResponse>
  /** Keys and plans as the template makes them. */
  readonly made: Made
}

/** All resources of one type. */
export type Find = (type: string) => readonly Deployed[]

export function readApi(resources: readonly Deployed[], region: string, now: number): Api {
  const find: Find = (type) => resources.filter((resource) => resource.type === type)
  const api = onlyOne(find('AWS::ApiGateway::RestApi'), 'REST API')
  const stage = onlyOne(find('AWS::ApiGateway::Stage'), 'stage')
  const { StageName, Variables } = stage.properties
  const read: Api = {
    id: api.id,
    region,
    stage: String(StageName),
    addresses: addressesOf(find, api.id, region, String(StageName)),
    stageVariables: Variables === undefined ? null : asTexts(valuesOf(Variables)),
    keySource: api.properties.ApiKeySourceType === 'AUTHORIZER' ? 'AUTHORIZER' : 'HEADER',
    ...readMethods(find, api.id, stage.properties),
    responses: readGatewayResponses(find),
    made: readPlans(find, api.id, String(StageName), now),
  }
  checkPermissions(find, read)
  return read
}

function addressesOf(find: Find, id: string, region: string, stage: string): readonly string[] {
  const names = find('AWS::ApiGateway::BasePathMapping').map(({ properties }) => {
    const { DomainName, BasePath } = properties
    return ['https:/', DomainName, BasePath].filter((part) => part !== undefined).join('/')
  })
  return [`https://${id}.execute-api.${region}.amazonaws.com/${stage}`, ...names]
}

function onlyOne(found: readonly Deployed[], what: string): Deployed {
  const [one, ...others] = found
  if (one === undefined) throw new NotServed(`The template has no ${what}.`)
  if (others.length > 0) {
    const paths = found.map(({ path }) => path).join(', ')
    throw new NotServed(`The local gateway serves one ${what}; the template has ${paths}.`)
  }
  return one
}

const asTexts = (values: Values): Record<string, string> =>
  Object.fromEntries(Object.entries(values).map(([name, value]) => [name, textOf(value) ?? '']))
