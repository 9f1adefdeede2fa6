/** Asks a server outside of Bedrock for vectors: as few calls as its batches allow, some at a time. */
import type { Deadline, OutsideTarget, TargetedEmbedding } from '../core/contracts.ts'
import type { JsonObject } from '../core/conversation.ts'
import { TollgateError } from '../core/errors.ts'
import { withPrompt } from '../core/estimate.ts'
import { type ReplyEvent, replay } from '../core/reply.ts'
import { attempted, jsonAnswer, type Sent } from './http-flow.ts'
import { fromOutside, OutsideFailure } from './outside-errors.ts'

/** What a call that is still under way may come to: a tokenizer that is not published gets two. */
const mostPerByte = 2

/** Calls of one request that are under way at once: a team's batch shall not take all of a limit. */
const mostAtOnce = 4

const nothing = { input: 0, cacheRead: 0, cacheWrite5m: 0, cacheWrite1h: 0, output: 0 }

type Part = {
  readonly inputs: readonly string[]
  readonly body: JsonObject
  vectors: readonly (readonly number[])[]
  /** In tokens; of a call that is under way, the most it can be. */
  billed: number
}

/** `sentAs`: where and how one body goes. */
export function outsideEmbeddings(
  call: TargetedEmbedding<OutsideTarget>,
  deadline: Deadline,
  sentAs: (body: JsonObject) => Sent,
): Promise<AsyncIterable<ReplyEvent>> {
  const parts = batches(call)
  const exchange = { ...sentAs({}), call, deadline }

  async function ask(part: Part) {
    const progress = { answered: false }
    part.billed = JSON.stringify(part.body).length * mostPerByte
    try {
      const sent = { ...sentAs(part.body), call, deadline }
      const { said, sentBytes } = await jsonAnswer(sent, progress)
      const { vectors, tokens } = call.model.body.read(said, {})
      if (vectors.length !== part.inputs.length) throw notEach(call, part, vectors.length)
      part.vectors = vectors
      part.billed = tokens ?? withPrompt(nothing, sentBytes).input
    } catch (thrown) {
      const refused = thrown instanceof OutsideFailure
      if (refused || (!progress.answered && !deadline.signal.aborted)) part.billed = 0
      throw thrown
    }
  }

  return attempted(exchange, async () => {
    try {
      await someAtOnce(parts, ask)
    } catch (thrown) {
      const error = fromOutside(thrown, call, deadline, exchange.key)
      error.billed = { ...nothing, input: tokensOf(parts) }
      throw error
    }
    deadline.done()
    const content = parts.flatMap(({ vectors }) =>
      vectors.map((vector) => ({ type: 'embedding', vector }) as const),
    )
    const usage = { ...nothing, input: tokensOf(parts) }
    return replay({ content, stop: { reason: 'end' }, usage })
  })
}

function batches({ request, model, notice }: TargetedEmbedding): readonly Part[] {
  const { inputs } = request
  const { batch } = model.limits
  return Array.from({ length: Math.ceil(inputs.length / batch) }, (_, index) => {
    const some = inputs.slice(index * batch, (index + 1) * batch)
    const body = model.body.build(request, some, model, notice)
    return { inputs: some, body, vectors: [], billed: 0 }
  })
}

const tokensOf = (parts: readonly Part[]): number =>
  parts.reduce((sum, { billed }) => sum + billed, 0)

/** The first failure ends it: no further call is begun. */
async function someAtOnce(parts: readonly Part[], ask: (part: Part) => Promise<void>) {
  const waiting = [...parts]
  const worker = async () => {
    for (let part = waiting.shift(); part !== undefined; part = waiting.shift()) {
      try {
        await ask(part)
      } catch (thrown) {
        waiting.length = 0
        throw thrown
      }
    }
  }
  await Promise.all(Array.from({ length: Math.min(mostAtOnce, parts.length) }, worker))
}

function notEach({ model }: TargetedEmbedding, { inputs }: Part, got: number): TollgateError {
  const message = `${model.name} answered something unusable.`
  const cause = new Error(`${got} vectors for ${inputs.length} texts`)
  return new TollgateError('upstream_error', message, { cause })
}
