/** Refuses what an operator's rules refuse: of a request before anybody is asked, of an answer before it is told. */
import type { Call, Policy } from '../core/contracts.ts'
import { TollgateError } from '../core/errors.ts'
import type { ReplyEvent } from '../core/reply.ts'
import { answerRefusal, type OutputRules, outputRules } from '../guard/answers.ts'
import { readAnswer } from '../guard/output.ts'
import type { Rule } from '../guard/rules.ts'
import { nameOf, type Objection, objections, refusalText } from '../guard/verdict.ts'

export const guard: Policy = (next) =>
  async function guard(call) {
    judge(call)
    const reply = await next(call)
    const events = outputRules(call.rules).reduce(
      (events, rules) => (rules.config.mode === 'report' ? reported : watched)(events, rules, call),
      reply.events,
    )
    return { ...reply, events }
  }

/** Throws where a rule has something against what is asked. */
export const judge = (call: Call): void => refuse(call, objections(call, call.rules))

/** A rule in report mode is told of, and refuses nothing. */
function refuse({ record }: Call, found: readonly Objection[]): void {
  const [refusal] = found.filter(({ config }) => config.mode !== 'report')
  const told = refusal ?? found[0]
  if (told === undefined) return
  record.set({ guard: nameOf(told) })
  if (refusal === undefined) {
    record.measure({ GuardReports: 1 })
    return
  }
  record.measure({ GuardBlocks: 1 })
  throw new TollgateError('guard_blocked', refusalText(refusal))
}

/** What is left of a refused answer is not awaited: its provider is given up. */
async function* watched(
  events: AsyncIterable<ReplyEvent>,
  { matcher, config }: OutputRules,
  { record }: Call,
): AsyncGenerator<ReplyEvent> {
  const reading = readAnswer(matcher)
  function refused({ name }: Rule): ReplyEvent {
    record.set({ guard: name })
    record.measure({ GuardBlocks: 1 })
    return { type: 'reply-error', error: answerRefusal(config, name) }
  }
  for await (const event of events) {
    const { free, rule } = reading.read(event)
    if (rule !== undefined) return void (yield refused(rule))
    yield* free
  }
  const { free, rule } = reading.rest()
  if (rule === undefined) yield* free
  else yield refused(rule)
}

/** Nothing is held back for a rule in report mode. */
async function* reported(
  events: AsyncIterable<ReplyEvent>,
  { matcher }: OutputRules,
  { record }: Call,
): AsyncGenerator<ReplyEvent> {
  const reading = readAnswer(matcher)
  let found = false
  for await (const event of events) {
    const { rule } = found ? {} : reading.read(event)
    if (rule !== undefined) {
      found = true
      record.set({ guard: rule.name })
      record.measure({ GuardReports: 1 })
    }
    yield event
  }
}
