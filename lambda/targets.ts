/** Where the names of the configuration lead: each alias, id or profile to its targets, in order. */
import type { GatewayConfig } from './core/config.ts'
import type { BedrockTarget, OutsideTarget, Target } from './core/contracts.ts'
import type { AnyModel } from './core/model.ts'
import type {
  BedrockTargetConfig,
  ModelRoute,
  OutsideTargetConfig,
  RegionConfig,
  Strategy,
} from './core/routes-config.ts'
import type { Rules } from './core/rules-config.ts'
import { anyModelById, modelByVendorName } from './models/index.ts'
import { outsideModel } from './models/outside.ts'
import { profileScopes, targetId, withoutProfile } from './models/profiles.ts'

/** What a name means. `model` is the first target's, by which the call is read and limited. */
export type Route = {
  readonly model: AnyModel
  readonly strategy: Strategy
  /** Empty where none of the gateway's regions can call it. */
  readonly targets: readonly Target[]
  /** Of its alias; of every alias that leads to the model, where it is asked for by id. */
  readonly rules: readonly Rules[]
  /** Ids a caller may ask for by name: any, or those of the targets alone. */
  readonly sends: 'any' | ReadonlySet<string>
}

type Named = { readonly model: AnyModel; readonly sendAs?: string }
type Way = Omit<BedrockTargetConfig, 'model'>

/** Where another account's role is told of: `TOLLGATE_ROLE_222222222222`. */
const roleOf = (account: string, variables: NodeJS.ProcessEnv): string =>
  variables[`TOLLGATE_ROLE_${account}`] ?? `arn:aws:iam::${account}:role/unknown`

/** By its own id, a profile's, the ARN of either, or the name Anthropic's own API has. */
export function namedModel(name: string): Named | undefined {
  const { id, scope } = withoutProfile(name)
  const model = anyModelById.get(id) ?? modelByVendorName.get(name)
  if (model === undefined || scope === undefined) return model && { model }
  return model.profiles.includes(scope) ? { model, sendAs: `${scope}.${id}` } : undefined
}

const namedBy = (row: string | AnyModel): Named | undefined =>
  typeof row === 'string' ? namedModel(row) : { model: row, sendAs: row.id }

/** The models a row of the configuration may lead to, in order; those that nobody knows left out. */
export function modelsOf(
  row: string | AnyModel | ModelRoute,
  { providers = {} }: Pick<GatewayConfig, 'providers'>,
): readonly AnyModel[] {
  if (typeof row === 'string' || !('targets' in row)) return [namedBy(row)?.model ?? []].flat()
  return row.targets.flatMap((target) => {
    if (!('provider' in target)) return [namedBy(target.model)?.model ?? []].flat()
    const server = providers[target.provider]
    return server === undefined ? [] : [outsideModel(target, server)]
  })
}

export function routeFinder(config: GatewayConfig, variables: NodeJS.ProcessEnv = process.env) {
  const regions = config.regions.map((each) =>
    typeof each === 'string' ? { region: each } : each,
  ) as readonly RegionConfig[]

  /** In each region where it can be called, or in the one that is named. */
  function bedrockTargets({ model, sendAs }: Named, way: Way = {}): readonly BedrockTarget[] {
    const { region: only, account, via, weight = 1 } = way
    const role = account === undefined ? {} : { role: roleOf(account, variables) }
    const cloudflare =
      via === undefined || config.cloudflare === undefined ? {} : { cloudflare: config.cloudflare }
    return regions
      .filter(({ region }) => only === undefined || region === only)
      .flatMap((where) => {
        const { region } = where
        const modelId = sendAs === undefined ? targetId(model, region) : reachable(sendAs, region)
        if (modelId === undefined) return []
        const { scope } = withoutProfile(modelId)
        const endpoint = addressOf(where)
        return {
          type: 'bedrock' as const,
          provider: 'bedrock' as const,
          place: account === undefined ? region : `${region}/${account}`,
          region,
          model,
          modelId,
          weight,
          geographic: scope !== undefined && scope !== 'global',
          ...(endpoint !== undefined && { endpoint }),
          ...role,
          ...cloudflare,
        }
      })
  }

  function outsideTarget(target: OutsideTargetConfig): OutsideTarget {
    const { provider, model: modelId, weight = 1 } = target
    const server = config.providers?.[provider]
    if (server === undefined) throw new Error(`There is no provider '${provider}'.`)
    const model = outsideModel(target, server)
    const place = { place: provider, model, modelId, weight, geographic: false }
    return { type: server.type, provider, server, ...place }
  }

  function ofRoute(row: ModelRoute): Route {
    const { targets: listed, strategy = 'priority' } = row
    const targets = listed.flatMap((target): readonly Target[] => {
      if ('provider' in target) return [outsideTarget(target)]
      return bedrockTargets(known(target.model), target)
    })
    const sends = new Set(targets.map(({ modelId }) => modelId))
    const [first] = listed
    const model = targets[0]?.model ?? known((first as BedrockTargetConfig).model).model
    return { model, strategy, targets, sends, rules: [row] }
  }

  function known(row: string | AnyModel): Named {
    const named = namedBy(row)
    if (named === undefined) throw new Error(`The catalogue has no model '${String(row)}'.`)
    return named
  }

  const plain = (named: Named, rules: readonly Rules[] = []): Route => ({
    model: named.model,
    rules,
    strategy: 'priority',
    targets: bedrockTargets(named),
    sends: named.sendAs === undefined ? 'any' : new Set([named.sendAs]),
  })

  /** A rule of an alias is not passed by asking for its model by id. */
  function rulesFor(model: AnyModel): readonly Rules[] {
    return Object.values(config.models).flatMap((row) =>
      typeof row === 'object' && 'targets' in row && modelsOf(row, config).includes(model)
        ? [row]
        : [],
    )
  }

  return {
    /** Of a row of the configuration's `models`. */
    ofRow: (row: string | AnyModel | ModelRoute): Route =>
      typeof row === 'object' && 'targets' in row ? ofRoute(row) : plain(known(row)),
    /** Of a name a caller gives; `undefined` where no region takes it. */
    ofName(name: string): Route | undefined {
      const named = namedModel(name)
      if (named === undefined) return undefined
      const route = plain(named, rulesFor(named.model))
      return named.sendAs !== undefined && route.targets.length === 0 ? undefined : route
    },
  }
}

/** A profile only where its geography has it, an ARN only in its own region. */
function reachable(sendAs: string, region: string): string | undefined {
  const where = /^arn:[^:]+:bedrock:([^:]+):/.exec(sendAs)?.[1]
  if (where !== undefined && where !== region) return undefined
  const { scope } = withoutProfile(sendAs)
  return scope === undefined || profileScopes(region).includes(scope) ? sendAs : undefined
}

const addressOf = ({ endpoint, vpcEndpoint }: RegionConfig): string | undefined =>
  endpoint ?? (vpcEndpoint === undefined ? undefined : `https://${vpcEndpoint}`)
