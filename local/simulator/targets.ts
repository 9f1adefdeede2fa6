/** Finds the model that a bare id, an inference profile or an ARN of either names in one region. */
import type { AnyModel, ProfileScope } from '../../lambda/core/model.ts'
import { profileScopes } from '../../lambda/models/profiles.ts'
import { BedrockException, invalid } from './exceptions.ts'

export type Catalogue = {
  readonly region: string
  readonly models: ReadonlyMap<string, AnyModel>
  /** Whether models at the end of their life still answer. */
  readonly retired: 'answer' | 'refuse'
}

const arnForm =
  /^arn:aws[a-z-]*:bedrock:([a-z0-9-]+):(\d{12}|):(foundation-model|inference-profile)\/(.+)$/

/** Throws what Bedrock answers where the id cannot be called in this region. */
export function findTarget(modelId: string, catalogue: Catalogue): AnyModel {
  return alive(findModel(modelId, catalogue), catalogue)
}

/** Tokens are counted for models by their own id, wherever they may be called; not for profiles. */
export function findCounted(modelId: string, catalogue: Catalogue): AnyModel {
  const { id } = readModelId(modelId, catalogue.region)
  const bare = catalogue.models.get(id)
  if (bare !== undefined) return alive(bare, catalogue)
  findModel(modelId, catalogue)
  throw notCounted()
}

export const notCounted = () => invalid("The provided model doesn't support counting tokens.")

function alive(model: AnyModel, catalogue: Catalogue): AnyModel {
  if (model.lifecycle.status === 'retired' && catalogue.retired === 'refuse') {
    throw new BedrockException('ResourceNotFoundException')
  }
  return model
}

function findModel(modelId: string, catalogue: Catalogue): AnyModel {
  const { kind, id } = readModelId(modelId, catalogue.region)
  const bare = catalogue.models.get(id)
  if (bare !== undefined && kind !== 'inference-profile') return onDemand(bare, modelId, catalogue)
  const dot = id.indexOf('.')
  const scope = id.slice(0, dot)
  const model = catalogue.models.get(id.slice(dot + 1))
  if (model === undefined || kind === 'foundation-model') throw unknownModel()
  const usable: readonly string[] = profileScopes(catalogue.region)
  if (!usable.includes(scope) || !model.profiles.includes(scope as ProfileScope)) {
    throw unknownModel()
  }
  return model
}

function readModelId(modelId: string, region: string): { kind?: string; id: string } {
  if (!modelId.startsWith('arn:')) return { id: modelId }
  const [, arnRegion, account, kind = '', id = ''] = arnForm.exec(modelId) ?? []
  const ownedByAccount = kind === 'inference-profile'
  if (arnRegion !== region || (account !== '') !== ownedByAccount) throw unknownModel()
  return { kind, id }
}

function onDemand(model: AnyModel, modelId: string, { region }: Catalogue): AnyModel {
  if (model.onDemand === 'everywhere' || model.onDemand.includes(region)) return model
  throw invalid(
    `Invocation of model ID ${modelId} with on-demand throughput isn’t supported. ` +
      'Retry your request with the ID or ARN of an inference profile that contains this model.',
  )
}

const unknownModel = () => invalid('The provided model identifier is invalid.')
