/** Puts the operator's guardrail into a request to Bedrock: in headers, or in a field of the body. */
import type { TargetedCall } from '../core/contracts.ts'
import { TollgateError } from '../core/errors.ts'
import { guardrailAt, guardrailFor, type RegionalGuardrail } from '../core/guardrail.ts'
import type { Operation } from './bedrock-endpoint.ts'
import { memberOf, withMember } from './json-member.ts'

export type Guarded = Pick<TargetedCall, 'task' | 'rules' | 'target' | 'native' | 'model'>

type Message = { readonly headers: Readonly<Record<string, string>>; readonly body: Buffer }

const field = 'guardrailConfig'

/** In the place of a caller's own, of which a policy has let none pass. */
export function guarded(operation: Operation, message: Message, call: Guarded): Message {
  const guardrail = guardrailOver(call)
  if (guardrail === undefined) return message
  const { headers, body } = message
  if (operation.startsWith('invoke')) {
    return { headers: { ...headers, ...guardrailHeaders(guardrail) }, body }
  }
  const found = call.native && memberOf(body, field)
  const said = inBody(guardrail, operation === 'converse-stream')
  return { headers, body: withMember(body, field, said, found?.span) }
}

function guardrailOver(call: Guarded): RegionalGuardrail | undefined {
  const config = guardrailFor(call)
  if (config === undefined) return undefined
  const guardrail = guardrailAt(config, call.target)
  if (guardrail === undefined) throw unguarded(call)
  return guardrail
}

/** One word for it: what was answered under another is another answer. */
export function named(call: Guarded): string | undefined {
  const guardrail = guardrailOver(call)
  return guardrail && `${guardrail.id}/${guardrail.version}`
}

const prefix = 'x-amzn-bedrock-guardrail'

export const isGuardrailHeader = (name: string): boolean => name.startsWith(prefix)

/** AWS, InvokeModel; a stream is judged before it is told, unless its body asks for another way. */
const guardrailHeaders = ({ id, version, trace }: RegionalGuardrail) => ({
  [`${prefix}identifier`]: id,
  [`${prefix}version`]: version,
  'x-amzn-bedrock-trace': trace.toUpperCase(),
})

/** AWS, GuardrailConfiguration and GuardrailStreamConfiguration. */
const inBody = ({ id, version, trace }: RegionalGuardrail, streams: boolean) => ({
  guardrailIdentifier: id,
  guardrailVersion: version,
  trace,
  ...(streams && { streamProcessingMode: 'sync' }),
})

/** Who may be asked has been seen to where the call was aimed; here nothing goes without it. */
const unguarded = ({ model, target }: Guarded): TollgateError =>
  new TollgateError(
    'invalid_body',
    `model: ${model.name} cannot be asked in ${target.place} under this gateway’s guardrail.`,
    { param: 'model' },
  )
