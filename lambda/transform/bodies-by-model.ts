/** Lets models of the operator's write a caller's body anew: Kong's AI Request Transformer. */
import type { Call, Said } from '../core/contracts.ts'
import { TollgateError } from '../core/errors.ts'
import type { ModelTransform } from '../core/transform-config.ts'
import type { Placed } from './listed.ts'
import { type AskModel, extractOf, introspecting } from './model-call.ts'

/** Each is given the text that the one before it left. */
export async function throughModels(
  call: Call,
  models: readonly Placed<ModelTransform>[],
  ask: AskModel,
): Promise<Call> {
  let { text } = call.written
  for (const { transform } of models) {
    const answer = await ask(transform, text).catch((thrown: unknown) => {
      throw introspecting('request', thrown)
    })
    text = extractOf(answer, transform)
  }
  return { ...call, ...readAgain(call, text) } as Call
}

function readAgain({ written }: Call, text: string): Said {
  try {
    return written.instead(text)
  } catch (thrown) {
    if (!(thrown instanceof TollgateError)) throw thrown
    const { code, param } = thrown
    const message = `failed to convert AI response to a request: ${thrown.message}`
    throw new TollgateError(code, message, param === undefined ? {} : { param })
  }
}
