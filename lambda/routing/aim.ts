/** Which targets can carry a call, and the call as each of them is asked it. */
import type { Call, ChatCall, EmbedCall, Notice, Target, TargetedCall } from '../core/contracts.ts'
import { TollgateError } from '../core/errors.ts'
import { fit } from '../core/fit.ts'
import { fitEmbedding } from '../core/fit-embedding.ts'
import { guardrailAt, guardrailFor } from '../core/guardrail.ts'
import type { ChatRequest } from '../core/request.ts'

export type Aimed = {
  readonly target: Target
  /** The call as this target is asked it; what surrounds it is that of the call that is made now. */
  readonly as: (call: Call) => TargetedCall
  /** What this target's model cannot be given as asked; told once it answers. */
  readonly notices: readonly string[]
}

/** In the configuration's order; never empty. Kept for as long as the request lives. */
export function aimed(call: Call): readonly Aimed[] {
  const known = kept.get(call.request)
  if (known !== undefined && known.targets === call.targets) return known.aimed
  const able = guardable(call)
  const found = able.filter(mayAnswer(call, able)).flatMap((target) => aim(call, target))
  if (found.length === 0) throw nobody(call)
  kept.set(call.request, { targets: call.targets, aimed: found })
  return found
}

type Kept = { readonly targets: readonly Target[]; readonly aimed: readonly Aimed[] }
const kept = new WeakMap<Call['request'], Kept>()

const facts = ({ notice, attempted, standing, atEnd, signal, remaining, record }: Call) => ({
  ...{ notice, attempted, standing, atEnd, signal, remaining, record },
})

const nothing: readonly string[] = []

function aim(call: Call, target: Target): readonly Aimed[] {
  if (target.model === call.model) {
    return [{ target, as: (now) => ({ ...now, target }) as TargetedCall, notices: nothing }]
  }
  const notices: string[] = []
  try {
    const as = refitted(call, target, (text) => void notices.push(text))
    if (as === undefined) return []
    return [{ target, as: (now) => ({ ...as, ...facts(now) }), notices }]
  } catch (thrown) {
    /** What this model cannot be asked, another can; the first has been found able. */
    if (thrown instanceof TollgateError) return []
    throw thrown
  }
}

function refitted(call: Call, target: Target, notice: Notice): TargetedCall | undefined {
  const { model } = target
  if (call.task === 'embed') {
    if (model.task !== 'embed') return undefined
    return { ...call, model, request: fitEmbedding(call.request, model), target }
  }
  if (model.task === 'embed') return undefined
  const request = fit(bounded(call, model.limits.output), model, [], notice)
  return { ...call, model, body: model.body, request, target }
}

/** A bound that another model could not keep is kept at that model's own. */
const bounded = ({ request }: ChatCall, most: number): ChatRequest => ({
  ...request,
  maxTokens: Math.min(request.maxTokens, most),
})

/** Nobody is asked without the guardrail that holds: who cannot be given it is passed over. */
function guardable(call: Call): readonly Target[] {
  const guardrail = guardrailFor(call)
  if (guardrail === undefined) return call.targets
  return call.targets.filter((target) => guardrailAt(guardrail, target) !== undefined)
}

/** Vectors of two models cannot be compared, and a signature is taken back only by who made it. */
function mayAnswer(call: Call, able: readonly Target[]): (target: Target) => boolean {
  if (call.task === 'embed') return ({ model }) => sameVectors(call, model.id)
  if (call.task === 'count') return ({ type }) => type === 'bedrock' || type === 'anthropic'
  if (!hasSignedThinking(call)) return () => true
  const signed = able.map(signatureOf).find((signature) => signature !== undefined)
  return (target) => signatureOf(target) === signed
}

const sameVectors = ({ model }: EmbedCall, id: string): boolean => model.id === id

const signatureOf = ({ model }: Target): string | undefined =>
  model.task === 'embed' ? undefined : model.body.signature

const hasSignedThinking = ({ request }: ChatCall): boolean =>
  request.messages.some(
    ({ role, content }) =>
      role === 'assistant' &&
      content.some(
        (block) =>
          block.type === 'redacted-thinking' ||
          (block.type === 'thinking' && block.signature !== undefined),
      ),
  )

function nobody(call: Call): TollgateError {
  const { task, model } = call
  const says =
    task === 'count'
      ? 'cannot be asked how many tokens a prompt has'
      : guardable(call).length < call.targets.length
        ? unguardable
        : 'is not reachable'
  return new TollgateError('invalid_body', `model: ${model.name} ${says}.`, { param: 'model' })
}

const unguardable =
  'cannot be asked under the guardrail that holds here: it is for Bedrock itself, in the gateway’s own account and the regions it is configured for; a model that is served there could'
