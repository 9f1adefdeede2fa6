/** Where the aliases lead on Bedrock, as far as this account's credentials can look. */
import type { GatewayConfig } from '../../lambda/core/config.ts'
import type { BedrockTarget } from '../../lambda/core/contracts.ts'
import { routeFinder } from '../../lambda/targets.ts'

export type Way = { readonly alias: string; readonly target: BedrockTarget }

/** Each model once in a region; retired ones are told of elsewhere. */
export function waysOf(config: GatewayConfig): readonly Way[] {
  const finder = routeFinder(config, {})
  const ways = Object.entries(config.models).flatMap(([alias, row]) =>
    finder
      .ofRow(row)
      .targets.flatMap((target): readonly Way[] =>
        target.type === 'bedrock' &&
        target.role === undefined &&
        target.model.lifecycle.status !== 'retired' &&
        !target.modelId.startsWith('arn:')
          ? [{ alias, target }]
          : [],
      ),
  )
  return [
    ...new Map(ways.map((way) => [`${way.target.modelId} ${way.target.region}`, way])).values(),
  ]
}
