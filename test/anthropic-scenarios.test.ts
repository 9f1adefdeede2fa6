/**
 * Goldens of Anthropic's dialect: what callers send, and what they are answered. Checked against
 * the types and readers of @anthropic-ai/sdk 1.11. `UPDATE_GOLDENS=1` rewrites the answers.
 */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { type ErrorCode, TollgateError } from '../lambda/core/errors.ts'
import type { ReplyEvent } from '../lambda/core/reply.ts'
import type { ChatRequest } from '../lambda/core/request.ts'
import { anthropicMessages } from '../lambda/dialects/anthropic-messages.ts'
import { answerFacts, posted } from './support/anthropic.ts'
import { collected, readJson, requestOf, scenarioFolder } from './support/bodies.ts'
import { goldenOf, having, update } from './support/goldens.ts'

const expectGolden = (scenario: string, file: string, actual: string) =>
  expect(actual).toBe(goldenOf(scenario, file, actual))

/** Anthropic has no word for a seed, and none for what a schema is called. */
const inAnthropic = ({ sampling: { seed, ...sampling }, output, ...request }: ChatRequest) => ({
  ...request,
  sampling,
  ...(output?.type === 'json-schema' && {
    output: { type: output.type, name: 'answer', schema: output.schema },
  }),
})

type ToldError = { readonly code: ErrorCode; readonly message: string }

/** Errors stand in the goldens as their code and message. */
const eventsOf = (scenario: string): readonly ReplyEvent[] =>
  (readJson(scenario, 'claude-messages.events.json') as readonly ReplyEvent[]).map((event) => {
    if (event.type !== 'reply-error') return event
    const { code, message } = event.error as ToldError
    return { ...event, error: new TollgateError(code, message) }
  })

const told = having('claude-messages.events.json')
const whole = told.filter((scenario) => eventsOf(scenario).at(-1)?.type === 'reply-end')

/** Without `cache-points`: an hour after five minutes is what Anthropic refuses. */
describe('a conversation in Anthropic’s words', () => {
  it.each(having('anthropic.request.json'))('%s is the one everybody else sends', (scenario) => {
    const notices: string[] = []
    const body = readJson(scenario, 'anthropic.request.json')
    const parsed = anthropicMessages.parse(posted(body), (text) => void notices.push(text))
    expect(parsed).toStrictEqual(inAnthropic(requestOf(scenario)))
    expect(notices).toEqual([])
  })
})

describe('an answer in Anthropic’s words', () => {
  it.each(whole)('%s whole', async (scenario) => {
    const reply = await collected(eventsOf(scenario))
    const { body } = anthropicMessages.format(reply, answerFacts, posted({}))
    const file = 'anthropic.reply.json'
    if (update) {
      const path = join(scenarioFolder, scenario, file)
      writeFileSync(path, `${JSON.stringify(JSON.parse(body), null, 2)}\n`)
    }
    expect(JSON.parse(body)).toEqual(readJson(scenario, file))
  })

  it.each(told)('%s as a stream', (scenario) => {
    const frame = anthropicMessages.openFrames(answerFacts, posted({}))
    const stream = eventsOf(scenario).map((event) => String(frame(event)))
    expectGolden(scenario, 'anthropic.stream.txt', stream.join(''))
  })
})
