/** Where a model may be called from, and under which id: its own, or one of a geography's profile. */
import type { AnyModel, ProfileScope } from '../core/model.ts'

type Geography = {
  /** Regions whose endpoint takes the scope's profiles. */
  readonly sources: readonly string[] | 'commercial'
  /** Regions a request may be carried to; together over all models, so one model may use fewer. */
  readonly destinations: readonly string[]
}

const inUs = ['us-east-1', 'us-east-2', 'us-west-1', 'us-west-2']
const inEu = [
  'eu-central-1',
  'eu-central-2',
  'eu-north-1',
  'eu-south-1',
  'eu-south-2',
  'eu-west-1',
  'eu-west-2',
  'eu-west-3',
]
const inJapan = ['ap-northeast-1', 'ap-northeast-3']
const inAustralia = ['ap-southeast-2', 'ap-southeast-4']
const inIndia = ['ap-south-1', 'ap-south-2']
const inCanada = ['ca-central-1', 'ca-west-1']
const inGovCloud = ['us-gov-east-1', 'us-gov-west-1']
const inApac = [
  ...inJapan,
  'ap-northeast-2',
  ...inIndia,
  'ap-southeast-1',
  ...inAustralia,
  'ap-southeast-3',
]

/**
 * Narrowest first. Canada is also a source of the `us` profiles, New Zealand of the `au` ones.
 * AWS, "Supported Regions and models for inference profiles", and profile descriptions of
 * ListInferenceProfiles as third parties quote them; that call is the authority for an account.
 */
const geographies: Readonly<Record<ProfileScope, Geography>> = {
  jp: { sources: inJapan, destinations: inJapan },
  au: { sources: [...inAustralia, 'ap-southeast-6'], destinations: inAustralia },
  in: { sources: inIndia, destinations: inIndia },
  ca: { sources: inCanada, destinations: inCanada },
  'us-gov': { sources: inGovCloud, destinations: inGovCloud },
  us: { sources: [...inUs, 'ca-central-1'], destinations: inUs },
  eu: { sources: inEu, destinations: inEu },
  apac: { sources: inApac, destinations: inApac },
  global: { sources: 'commercial', destinations: [] },
}

const scopes = Object.keys(geographies) as ProfileScope[]

/** Regions a scope's profiles carry requests to; `global` names none: it is every commercial one. */
export const profileRegions = Object.fromEntries(
  scopes.map((scope) => [scope, geographies[scope].destinations]),
) as Readonly<Record<ProfileScope, readonly string[]>>

/** Scopes that can be used from a region, the narrowest first. */
export function profileScopes(region: string): readonly ProfileScope[] {
  return scopes.filter((scope) => isSource(geographies[scope], region))
}

function isSource({ sources }: Geography, region: string): boolean {
  return sources === 'commercial' ? !/^(us-gov|cn)-/.test(region) : sources.includes(region)
}

/** What to send from a region to reach a model; `undefined` where it cannot be called from there. */
export function targetId(model: AnyModel, region: string): string | undefined {
  if (model.onDemand === 'everywhere' || model.onDemand.includes(region)) return model.id
  const scope = profileScopes(region).find((each) => model.profiles.includes(each))
  return scope === undefined ? undefined : `${scope}.${model.id}`
}

const foundationModel = /^arn:aws(?:-[a-z]+)*:bedrock:[a-z0-9-]*::foundation-model\/(.+)$/
const inferenceProfile = /^arn:aws(?:-[a-z]+)*:bedrock:[a-z0-9-]+:\d{12}:inference-profile\/(.+)$/

/** Splits an id, a profile's id or the ARN of either into the model's own id and the scope. */
export function withoutProfile(id: string): { id: string; scope?: ProfileScope } {
  const model = foundationModel.exec(id)?.[1]
  if (model !== undefined) return { id: model }
  const profile = inferenceProfile.exec(id)?.[1] ?? id
  const scope = scopes.find((each) => profile.startsWith(`${each}.`))
  return scope === undefined ? { id } : { id: profile.slice(scope.length + 1), scope }
}
