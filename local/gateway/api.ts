/** The one API of a template, as the gateway serves it. */
import type { Deployed } from '../template/deploy.ts'
import { NotServed, textOf, type Values, valuesOf } from '../template/values.ts'
import { type GatewayResponse, readGatewayResponses } from './gateway-response.ts'
import type { Made } from './key-registry.ts'
import { type Method, readMethods } from './methods.ts'
import { checkPermissions } from './permissions.ts'
import { readPlans } from './usage-plans.ts'

export type Api = {
  readonly id: string
  readonly region: string
  readonly stage: string
  readonly stageVariables: Readonly<Record<string, string>> | null
  readonly keySource: 'HEADER' | 'AUTHORIZER'
  readonly methods: readonly Method[]
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
    stageVariables: Variables === undefined ? null : asTexts(valuesOf(Variables)),
    keySource: api.properties.ApiKeySourceType === 'AUTHORIZER' ? 'AUTHORIZER' : 'HEADER',
    methods: readMethods(find, api.id, stage.properties),
    responses: readGatewayResponses(find),
    made: readPlans(find, api.id, String(StageName), now),
  }
  checkPermissions(find, read)
  return read
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
