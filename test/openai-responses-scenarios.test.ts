/**
 * Goldens of the Responses dialect, checked against the types and the stream reader of openai-node.
 * `UPDATE_GOLDENS=1` rewrites the answers from what the scenario's model said.
 */
import { describe, expect, it } from 'vitest'
import { TollgateError } from '../lambda/core/errors.ts'
import type { ReplyEvent } from '../lambda/core/reply.ts'
import type { ChatRequest } from '../lambda/core/request.ts'
import { openaiResponses } from '../lambda/dialects/openai-responses.ts'
import { collected, filesOf, readJson, requestOf, scenarios } from './support/bodies.ts'
import { goldenOf, having } from './support/goldens.ts'
import { facts, post } from './support/openai-responses.ts'

function expectGolden(scenario: string, file: string, actual: string) {
  const golden = goldenOf(scenario, file, actual)
  if (file.endsWith('.json')) expect(JSON.parse(actual)).toEqual(JSON.parse(golden))
  else expect(actual).toBe(golden)
}

/** The Responses API tells how hard to think, not for how long, and has no stop sequences. */
const inResponses: Readonly<Record<string, Partial<ChatRequest>>> = {
  thinking: { thinking: { type: 'adaptive', effort: 'high' } },
  'thinking-redacted': { thinking: { type: 'adaptive', effort: 'medium' } },
  'stop-sequence': { sampling: { topP: 0.5 } },
}

/** What the scenario's model said, as its own stream was understood. */
function eventsOf(scenario: string): readonly ReplyEvent[] {
  const told = filesOf(scenario).filter((file) => file.endsWith('.events.json'))
  const file = told.find((name) => name.startsWith('claude-messages')) ?? told[0]
  const events = file === undefined ? [] : (readJson(scenario, file) as readonly ReplyEvent[])
  return events.map((event) => {
    if (event.type !== 'reply-error') return event
    const { code, message } = event.error
    return { type: 'reply-error', error: new TollgateError(code, message) }
  })
}

const told = scenarios.filter((scenario) => eventsOf(scenario).length > 0)
const whole = told.filter((scenario) => eventsOf(scenario).at(-1)?.type === 'reply-end')

describe('a conversation in the words of the Responses API', () => {
  it.each(having('openai-responses.request.json'))('%s means its request', (scenario) => {
    const notices: string[] = []
    const body = readJson(scenario, 'openai-responses.request.json')
    const request = openaiResponses.parse(post(body), (text) => void notices.push(text))
    expect(request).toStrictEqual({ ...requestOf(scenario), ...inResponses[scenario] })
    expect(notices).toEqual([])
  })
})

describe('an answer in the words of the Responses API', () => {
  it.each(whole)('%s whole', async (scenario) => {
    const reply = await collected(eventsOf(scenario))
    const { body } = openaiResponses.format(reply, facts, post({}))
    const laidOut = `${JSON.stringify(JSON.parse(body), null, 2)}\n`
    expectGolden(scenario, 'openai-responses.reply.json', laidOut)
  })

  it.each(told)('%s as a stream', (scenario) => {
    const frame = openaiResponses.openFrames(facts, post({}))
    const stream = eventsOf(scenario).map((event) => String(frame(event)))
    expectGolden(scenario, 'openai-responses.stream.txt', stream.join(''))
  })
})
