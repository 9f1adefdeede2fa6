/** Makes of an answer what the operator's functions and models make of it, once all of it is there. */
import { asTollgateError, TollgateError } from '../core/errors.ts'
import { collect, type Reply, type ReplyBlock, type ReplyEvent, replay } from '../core/reply.ts'
import type { About, ModelTransform, ReplyFunction } from '../core/transform-config.ts'
import { byOperator, misshapen } from './broken.ts'
import { frozen } from './frozen.ts'
import { isByModel, type Placed } from './listed.ts'
import { type AskModel, extractOf, introspecting } from './model-call.ts'
import { replyForm } from './shape.ts'

type Transforms = readonly (Placed<ReplyFunction> | Placed<ModelTransform>)[]

/** All of the answer is read, and so charged, whatever becomes of it. */
export async function* throughTransforms(
  events: AsyncIterable<ReplyEvent>,
  transforms: Transforms,
  about: About,
  ask: AskModel,
): AsyncGenerator<ReplyEvent> {
  const held: ReplyEvent[] = []
  for await (const event of events) {
    if (event.type === 'reply-start' || event.type === 'reply-error') yield event
    if (event.type === 'reply-error') return
    if (event.type !== 'reply-start') held.push(event)
  }
  try {
    const whole = await collect(eachOf(held))
    const made = await transformed(whole, transforms, about, ask)
    for await (const event of replay(made)) if (event.type !== 'reply-start') yield event
  } catch (thrown) {
    yield { type: 'reply-error', error: asTollgateError(thrown) }
  }
}

async function* eachOf(events: readonly ReplyEvent[]): AsyncGenerator<ReplyEvent> {
  yield* events
}

/** What was used is what was used. */
async function transformed(
  reply: Reply,
  transforms: Transforms,
  about: About,
  ask: AskModel,
): Promise<Reply> {
  let current = reply
  for (const each of transforms) {
    current = isByModel(each)
      ? await byModel(current, each.transform, ask)
      : await byFunction(current, each as Placed<ReplyFunction>, about)
  }
  return current
}

async function byFunction(
  reply: Reply,
  { transform, at }: Placed<ReplyFunction>,
  about: About,
): Promise<Reply> {
  const before = frozen(reply)
  const { content, stop } = await byOperator(at, async () => {
    const given = await transform(before, about)
    const wrong = replyForm(given, '')
    if (wrong !== undefined) throw misshapen(at, wrong === '' ? 'reply' : wrong)
    return given
  })
  return { content, stop, usage: reply.usage }
}

/** What was refused has nothing to be rewritten, and neither has an answer of tool calls alone. */
async function byModel(reply: Reply, transform: ModelTransform, ask: AskModel): Promise<Reply> {
  const { content, stop } = reply
  const texts = content.flatMap((block) => (block.type === 'text' ? [block.text] : []))
  const text = texts.join('\n\n')
  if (text.trim() === '' || stop.reason === 'refused' || stop.reason === 'filtered') return reply
  try {
    return { ...reply, content: saying(extractOf(await ask(transform, text), transform), content) }
  } catch (thrown) {
    throw introspecting('response', asUpstreams(thrown))
  }
}

/** Of what a caller asked, nothing was wrong. */
const asUpstreams = (thrown: unknown): unknown =>
  thrown instanceof TollgateError && thrown.code === 'invalid_body'
    ? new TollgateError('upstream_error', thrown.message, { cause: thrown.cause })
    : thrown

/** One text where the first one stood; what was thought would tell what was there. */
function saying(text: string, content: readonly ReplyBlock[]): readonly ReplyBlock[] {
  const first = content.findIndex(({ type }) => type === 'text')
  return content.flatMap((block, index): readonly ReplyBlock[] => {
    if (index === first) return [{ type: 'text', text }]
    return block.type === 'tool-call' ? [block] : []
  })
}
