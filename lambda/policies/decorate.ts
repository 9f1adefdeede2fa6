/** Puts the operator's messages around the caller's, which the caller does not see. */
import type { Around, Call, ChatCall, Notice, Policy } from '../core/contracts.ts'
import type { JsonObject, Message } from '../core/conversation.ts'
import { TollgateError } from '../core/errors.ts'
import { fit } from '../core/fit.ts'
import type { Model } from '../core/model.ts'
import { withEveryDigit } from '../core/numbers.ts'
import type { Decoration, Rules } from '../core/rules-config.ts'

export const decorate: Policy = (next) =>
  async function decorate(call) {
    return next(decorated(call))
  }

/** The same call where nothing decorates it. Embeddings have no roles, and are left as they are. */
export function decorated(call: Call): Call {
  if (call.task === 'embed') return call
  const around = aroundOf(call.rules, call.model)
  if (around === undefined) return call
  return call.native === undefined ? inAnyWords(call, around) : inOwnWords(call, around)
}

/** Everybody's stand outermost, then the team's, then the alias's. */
function aroundOf(rules: readonly Rules[], model: Model): Around | undefined {
  const prepend = rules.flatMap(({ decorate }) => decorate?.prepend ?? [])
  const append = rules.toReversed().flatMap(({ decorate }) => decorate?.append ?? [])
  if (prepend.length + append.length === 0) return undefined
  const message = messageFor(model)
  return { prepend: prepend.map(message), append: append.map(message) }
}

/** Where a model has no system, what it was to be told there is told by the user: it is never left out. */
const messageFor =
  ({ accepts }: Model) =>
  ({ role = 'system', content }: Decoration): Message => ({
    role: role === 'system' && !accepts.system ? 'user' : role,
    content: [{ type: 'text', text: content }],
  })

function inAnyWords(call: ChatCall, { prepend, append }: Around): ChatCall {
  const messages = [...prepend, ...call.request.messages, ...append]
  const request = { ...call.request, messages }
  try {
    fit(request, call.model, [], nothing)
  } catch (thrown) {
    if (!(thrown instanceof TollgateError)) throw thrown
    const message = `This key’s prompts are decorated, and decorated so: ${thrown.message}`
    throw new TollgateError(thrown.code, message, paramOf(thrown))
  }
  return { ...call, request, notice: withoutOurs(call) }
}

/** The caller's own body, with all it says; what policies read is read from it anew. */
function inOwnWords(call: ChatCall, around: Around): ChatCall {
  const { body, native, request } = call
  const said = native && body.surround?.(withEveryDigit(native.body) as JsonObject, around)
  if (native === undefined || said === undefined) throw hasNoPlace(call.model)
  const written = JSON.stringify(said)
  const read = body.parse?.(JSON.parse(written))
  if (read === undefined) throw hasNoPlace(call.model)
  return {
    ...call,
    request: { ...request, messages: read.messages },
    native: { ...native, body: written },
  }
}

const nothing = () => {}

const paramOf = ({ param }: TollgateError) => (param === undefined ? {} : { param })

/** A caller who wrote no later system message is told of none. */
function withoutOurs({ request, notice }: ChatCall): Notice {
  const begun = request.messages.findIndex(({ role }) => role !== 'system')
  const own = begun >= 0 && request.messages.slice(begun).some(({ role }) => role === 'system')
  return own
    ? notice
    : (text) => (text.startsWith('later system message:') ? undefined : notice(text))
}

const hasNoPlace = ({ name }: Model): TollgateError =>
  new TollgateError(
    'unsupported_parameter',
    `This key’s prompts are decorated, and ${name}’s own body has no messages to put them around; use POST /v1/chat/completions, /v1/messages or converse.`,
    { param: 'prompt' },
  )
