/** Runs an operator's functions over what is asked. */
import { isDeepStrictEqual } from 'node:util'
import type { Call, ChatCall, EmbedCall } from '../core/contracts.ts'
import type { Message } from '../core/conversation.ts'
import { TollgateError } from '../core/errors.ts'
import { fit } from '../core/fit.ts'
import { fitEmbedding } from '../core/fit-embedding.ts'
import type { ChatRequest } from '../core/request.ts'
import type { About, RequestFunction } from '../core/transform-config.ts'
import { byOperator, misshapen } from './broken.ts'
import { frozen } from './frozen.ts'
import type { Placed } from './listed.ts'
import { rewritten, rewrittenEmbedding } from './native-bodies.ts'
import { requestForm } from './shape.ts'

type Functions = readonly Placed<RequestFunction>[]

/** The same call where they change nothing: then a caller's own bytes stay as well. */
export async function throughFunctions(
  call: Call,
  functions: Functions,
  about: About,
): Promise<Call> {
  if (functions.length === 0) return call
  if (call.task === 'embed') return embedding(call, functions, about)
  const asked = await made(call.request, functions, about)
  if (isDeepStrictEqual(asked, call.request)) return call
  return fitting(() => (call.native === undefined ? fitted(call, asked) : rewritten(call, asked)))
}

/** Which model is asked, and whether it is a stream, stays what the caller said. */
async function made(
  request: ChatRequest,
  functions: Functions,
  about: About,
  count?: number,
): Promise<ChatRequest> {
  const { model, stream } = request
  let current = request
  for (const { transform, at } of functions) {
    const before = frozen(current)
    const after = await byOperator(at, async () => {
      const given = await transform(before, about)
      const wrong =
        requestForm(given, '') ?? (count === undefined ? undefined : notTexts(given, count))
      if (wrong !== undefined) throw misshapen(at, wrong === '' ? 'request' : wrong)
      return given
    })
    current = { ...after, model, stream }
  }
  return current
}

const fitted = (call: ChatCall, asked: ChatRequest): ChatCall => ({
  ...call,
  request: fit(asked, call.model, [], () => {}),
})

/** Each text is a message of the user's, and comes back as one. */
async function embedding(call: EmbedCall, functions: Functions, about: About): Promise<EmbedCall> {
  const { inputs, model } = call.request
  const messages = inputs.map(
    (text): Message => ({ role: 'user', content: [{ type: 'text', text }] }),
  )
  const request = { model, messages, tools: [], sampling: {}, stream: false }
  const after = (await made(request, functions, about, inputs.length)).messages.map(textOf)
  if (isDeepStrictEqual(after, inputs)) return call
  return fitting(() =>
    call.native === undefined
      ? { ...call, request: fitEmbedding({ ...call.request, inputs: after }, call.model) }
      : rewrittenEmbedding(call, after),
  )
}

function notTexts({ messages }: ChatRequest, count: number): string | undefined {
  if (messages.length !== count) return `messages: ${messages.length} for ${count} texts`
  const wrong = messages.findIndex(
    ({ role, content }) => role !== 'user' || content.length !== 1 || content[0]?.type !== 'text',
  )
  return wrong < 0 ? undefined : `messages[${wrong}]`
}

const textOf = ({ content: [block] }: Message): string => (block?.type === 'text' ? block.text : '')

/** What a model cannot be asked, it cannot be asked for a transformer's sake. */
function fitting<T>(make: () => T): T {
  try {
    return make()
  } catch (thrown) {
    if (!(thrown instanceof TollgateError)) throw thrown
    const { code, param } = thrown
    const message = `This key’s requests are transformed, and transformed so: ${thrown.message}`
    throw new TollgateError(code, message, param === undefined ? {} : { param })
  }
}
