/** Lets nothing be asked but by a template, where the operator wants it so. */
import type { Call, Policy } from '../core/contracts.ts'
import { TollgateError } from '../core/errors.ts'

export const template: Policy = (next) =>
  async function template(call) {
    if (call.templated !== undefined) call.record.set({ template: call.templated })
    return next(heldToTemplates(call))
  }

/** The same call; throws where its own words are not wanted. */
export function heldToTemplates(call: Call): Call {
  const free = call.rules.every((rules) => rules.allow_untemplated !== false)
  if (free || call.templated !== undefined) return call
  const message =
    'this LLM route only supports templated requests: send "messages": "{template://NAME}" and "properties" to POST /v1/chat/completions, or "template" and "variables" to POST /bedrock.'
  throw new TollgateError('template_error', message)
}
