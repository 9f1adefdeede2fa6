/**
 * What a call is charged that may not come to its end: never less than Bedrock bills, never more
 * than the worst case.
 *
 * | how it ended | a whole answer | a stream |
 * | --- | --- | --- |
 * | to its end | what was billed | what was billed |
 * | to its end, counts missing | the bound of what is missing | the same |
 * | refused before it began: any status but 200, an exception as first event | nothing | nothing |
 * | Bedrock was never reached, or hung up before any answer | nothing | nothing |
 * | given up before the first event, by the caller or at our deadline | the worst case | prompt, `unread` |
 * | a 200 that cannot be used | the worst case | prompt, `unread` |
 * | given up or broken after the first event | what was billed | prompt, what was seen, `unread` |
 * | some of a batch of embeddings failed | what was billed, and the bound of what was on its way | |
 *
 * The prompt is what the provider told as it began, else its bound. What was seen counts a token a
 * byte. A model that may think out of sight is charged at least what could be written in the time.
 */
import type { Call } from '../core/contracts.ts'
import { tokensOf } from '../core/cost.ts'
import { bytesPerToken } from '../core/estimate.ts'
import type { BlockDelta, OpenedBlock, ReplyEvent, Usage } from '../core/reply.ts'
import type { Calibration } from './calibration.ts'
import {
  likelyPrompt,
  likelyUsage,
  mostOutput,
  noUsage,
  promptUsage,
  worstUsage,
} from './estimate.ts'
import { promptSize } from './prompt-size.ts'

/** Tokens a provider may have written that were still on their way: a second of a fast model. */
export const unread = 256

/** Tokens a second no model of Bedrock is known to write faster than. */
export const fastest = 500

/** Tokens a second of a usual model, for what is charged as is likely. */
const usual = 100

/** Tokens around a call of a tool that are no part of its name or input. */
const callFrame = 32

export type Spent = {
  /** Each event, before it is passed on. */
  readonly see: (event: ReplyEvent) => void
  /** Milliseconds for which the stream was not read on, because the caller was not ready. */
  readonly held: (ms: number) => void
  /** It failed before its first event, and this is billed all the same. */
  readonly failed: (billed: Usage | 'unknown') => void
  /** What is charged if it ends now. */
  readonly usage: () => Usage
}

/**
 * Opened just before the call is sent, or told when that was. With a `calibration`, what is not known is charged as is
 * likely, not as the bound.
 */
export function openSpent(
  call: Call,
  calibration?: Calibration,
  clock = Date.now,
  sent = clock(),
): Spent {
  let told: Usage | undefined
  let ended: Usage | undefined
  let seenBytes = 0
  let heldMs = 0

  function see(event: ReplyEvent) {
    if (call.task === 'count') return
    switch (event.type) {
      case 'reply-start':
        told = event.usage
        break
      case 'block-start':
        seenBytes += opened(event.block)
        break
      case 'block-delta':
        seenBytes += grown(event.delta)
        break
      case 'reply-end':
        ended = whole(event.usage)
        break
    }
  }

  function failed(billed: Usage | 'unknown') {
    if (billed !== 'unknown') ended = billed
  }

  function usage(): Usage {
    if (call.task === 'count') return noUsage
    if (ended !== undefined) return ended
    if (streams(call)) return { ...prompt(), output: written() }
    return told === undefined || told.guessed !== undefined ? worst() : told
  }

  const worst = (): Usage =>
    calibration === undefined ? worstUsage(call, sent) : likelyUsage(call, calibration, sent)

  function prompt(): Usage {
    return told !== undefined && tokensOf(told) > told.output ? told : bound()
  }

  const bound = (): Usage =>
    promptUsage(
      call,
      calibration === undefined ? promptSize(call).bound : likelyPrompt(call, calibration),
      sent,
    )

  function written(): number {
    const seen = seenTokens() + within(heldMs)
    const unseen = thinksUnseen(call) ? within(clock() - sent) : 0
    const output = Math.max(seen, unseen, told?.output ?? 0) + unread
    return Math.min(output, mostOutput(call))
  }

  const within = (ms: number): number =>
    Math.ceil((Math.max(0, ms) * (calibration === undefined ? fastest : usual)) / 1000)

  const seenTokens = (): number =>
    calibration === undefined ? seenBytes : Math.ceil(seenBytes / bytesPerToken)

  /** What nobody counted is charged by what is known of it. */
  function whole({ guessed, ...usage }: Usage): Usage {
    if (guessed === undefined || calibration !== undefined) return usage
    const prompt = guessed === 'answer' ? usage : bound()
    const answer = guessed === 'prompt' ? usage.output : Math.min(seenBytes, mostOutput(call))
    return { ...prompt, output: answer }
  }

  return {
    see,
    held: (ms) => {
      heldMs += ms
    },
    failed,
    usage,
  }
}

const streams = ({ request, model, native, task }: Call): boolean =>
  task === 'chat' && request.stream && (model.accepts.streaming || native !== undefined)

/** Thinking may be told in summary, or not at all; all of it is billed. */
function thinksUnseen(call: Call): boolean {
  if (call.task !== 'chat') return false
  const wish = call.request.thinking
  switch (call.model.accepts.thinking) {
    case 'no':
      return false
    case 'budget':
      return wish !== undefined && wish.type !== 'off'
    case 'adaptive':
    case 'effort':
      return true
  }
}

function opened(block: OpenedBlock): number {
  switch (block.type) {
    case 'text':
    case 'thinking':
    case 'embedding':
      return 0
    case 'redacted-thinking':
      return block.data.length
    case 'tool-call':
      return callFrame + Buffer.byteLength(block.name)
  }
}

function grown(delta: BlockDelta): number {
  switch (delta.type) {
    case 'text':
    case 'thinking':
      return Buffer.byteLength(delta.text)
    case 'input-json':
      return Buffer.byteLength(delta.json)
    case 'signature':
      return 0
  }
}
