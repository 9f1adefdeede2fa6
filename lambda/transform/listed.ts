/** Which transforms hold for a call, in their order, and what the log calls each. */
import type { Rules } from '../core/rules-config.ts'
import type {
  ModelTransform,
  ReplyFunction,
  RequestFunction,
  TransformConfig,
} from '../core/transform-config.ts'

/** `at`: `team transform.request[0]`. */
export type Placed<T> = { readonly transform: T; readonly at: string }

const whose = (index: number): string => ['gateway', 'team'][index] ?? 'alias'

/** Rules are everybody's, the team's, and those of aliases, in this order. */
function placed<Side extends keyof TransformConfig>(rules: readonly Rules[], side: Side) {
  type One = Exclude<NonNullable<TransformConfig[Side]>, readonly unknown[]>
  return rules.map(({ transform }, level) => {
    const said = transform?.[side]
    const list = (said === undefined ? [] : Array.isArray(said) ? said : [said]) as readonly One[]
    return list.map(
      (each, index): Placed<One> => ({
        transform: each,
        at: `${whose(level)} transform.${side}[${index}]`,
      }),
    )
  })
}

export const isByModel = <T extends object>(
  one: Placed<T | ModelTransform>,
): one is Placed<ModelTransform> => typeof one.transform !== 'function'

/** Of a body as it was written; they come before functions. */
export const requestModels = (rules: readonly Rules[]): readonly Placed<ModelTransform>[] =>
  placed(rules, 'request').flat().filter(isByModel)

export const requestFunctions = (rules: readonly Rules[]): readonly Placed<RequestFunction>[] =>
  placed(rules, 'request')
    .flat()
    .filter((one): one is Placed<RequestFunction> => !isByModel(one))

/** What was asked last is answered first: the alias's, then the team's, everybody's. */
export const replyTransforms = (
  rules: readonly Rules[],
): readonly (Placed<ReplyFunction> | Placed<ModelTransform>)[] =>
  placed(rules, 'reply').toReversed().flat() as readonly (
    | Placed<ReplyFunction>
    | Placed<ModelTransform>
  )[]
