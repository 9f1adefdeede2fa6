/** Asks Bedrock for vectors: as few calls as the model's batches allow, some at a time, in order. */

import type {
  BedrockTarget,
  Deadline,
  ReportedUsage,
  TargetedEmbedding,
} from '../core/contracts.ts'
import { TollgateError } from '../core/errors.ts'
import { withPrompt } from '../core/estimate.ts'
import { type ReplyEvent, replay } from '../core/reply.ts'
import { bytesOf } from '../net/post.ts'
import { failure, isUnbilled, type Send } from './attempt.ts'
import { ask } from './bedrock-endpoint.ts'
import { nativeHeaders, parsedAnswer, reportedUsage } from './whole-answer.ts'

/** What a call that is still under way may come to: a tokenizer that is not published gets two. */
const mostPerByte = 2

/** Calls of one request that are under way at once: a team's batch shall not take all of the quota. */
const mostAtOnce = 8

type Part = { readonly vectors: readonly (readonly number[])[]; readonly tokens: number }

export function embeddings(call: TargetedEmbedding<BedrockTarget>): Send {
  const { request, model, notice, native } = call
  if (native !== undefined) return nativeEmbedding(call, native)
  const bodies = batches(request.inputs, model.limits.batch).map((inputs) =>
    Buffer.from(JSON.stringify(model.body.build(request, inputs, model, notice))),
  )
  return async (deadline) => {
    const asked = openParts(call, bodies, deadline)
    try {
      const parts = await inOrder(bodies.length, asked.part)
      deadline.done()
      return told(parts)
    } catch (thrown) {
      const error = failure(thrown, call, deadline)
      error.billed = { ...nothing, input: asked.billed() }
      throw error
    }
  }
}

/** The calls of one request, and what they were billed if one of them fails. */
function openParts(
  call: TargetedEmbedding<BedrockTarget>,
  bodies: readonly Buffer[],
  deadline: Deadline,
) {
  const billed = bodies.map(() => 0)
  return {
    billed: () => billed.reduce((sum, tokens) => sum + tokens, 0),

    async part(index: number): Promise<Part> {
      const body = bodies[index] ?? Buffer.alloc(0)
      billed[index] = body.length * mostPerByte
      try {
        const answer = await part(call, body, deadline)
        billed[index] = answer.tokens
        return answer
      } catch (thrown) {
        if (isUnbilled(thrown, deadline)) billed[index] = 0
        throw thrown
      }
    },
  }
}

const batches = (inputs: readonly string[], size: number): readonly (readonly string[])[] =>
  Array.from({ length: Math.ceil(inputs.length / size) }, (_, index) =>
    inputs.slice(index * size, (index + 1) * size),
  )

/** The first failure ends it: no further call is begun. */
async function inOrder<R>(count: number, work: (index: number) => Promise<R>): Promise<R[]> {
  const results: R[] = []
  let next = 0
  const worker = async () => {
    while (next < count) {
      const index = next++
      try {
        results[index] = await work(index)
      } catch (thrown) {
        next = count
        throw thrown
      }
    }
  }
  await Promise.all(Array.from({ length: Math.min(mostAtOnce, count) }, worker))
  return results
}

async function part(
  call: TargetedEmbedding<BedrockTarget>,
  body: Buffer,
  deadline: Deadline,
): Promise<Part> {
  const asked = { operation: 'invoke', body, headers: {}, deadline } as const
  const answer = await ask(call, asked)
  const reported = reportedUsage(answer.headers)
  const { vectors, tokens } = call.model.body.read(
    parsedAnswer(await bytesOf(answer), answer.headers),
    reported,
  )
  return { vectors, tokens: tokens ?? reported.input ?? estimate(body) }
}

const nothing = { input: 0, cacheRead: 0, cacheWrite5m: 0, cacheWrite1h: 0, output: 0 }
const estimate = (body: Buffer): number => withPrompt(nothing, body.length).input

function told(parts: readonly Part[]): AsyncIterable<ReplyEvent> {
  const content = parts.flatMap(({ vectors }) =>
    vectors.map((vector) => ({ type: 'embedding', vector }) as const),
  )
  const input = parts.reduce((sum, { tokens }) => sum + tokens, 0)
  return replay({ content, stop: { reason: 'end' }, usage: { ...nothing, input } })
}

/** The caller's own body, one call, its answer told as it came. */
function nativeEmbedding(
  call: TargetedEmbedding<BedrockTarget>,
  { body, headers }: NonNullable<TargetedEmbedding['native']>,
): Send {
  const sent = Buffer.from(body)
  return async (deadline) => {
    const asked = { operation: 'invoke', body: sent, headers, deadline } as const
    const answer = await ask(call, asked)
    const bytes = await bytesOf(answer)
    deadline.done()
    const reported = reportedUsage(answer.headers)
    const tokens = tokensIn(call, parsedAnswer(bytes, answer.headers), reported)
    const counted = tokens ?? reported.input ?? estimate(sent)
    const native = { type: 'native', payload: bytes, headers: nativeHeaders(answer) } as const
    return (async function* () {
      yield native
      yield* told([{ vectors: [], tokens: counted }])
    })()
  }
}

/** Vectors come in more forms than the gateway asks for itself; of a caller's own it needs the count alone. */
function tokensIn({ model }: TargetedEmbedding, answer: unknown, reported: ReportedUsage) {
  try {
    return model.body.read(answer, reported).tokens
  } catch (thrown) {
    if (thrown instanceof TollgateError) return undefined
    throw thrown
  }
}
