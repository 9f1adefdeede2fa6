/**
 * Goldens of the OpenAI chat dialect, checked against OpenAI, "API reference: Chat" and openai-node.
 * `UPDATE_GOLDENS=1` rewrites its answers from what the scenario's model said.
 */
import { describe, expect, it } from 'vitest'
import { TollgateError } from '../lambda/core/errors.ts'
import type { Reply, ReplyEvent } from '../lambda/core/reply.ts'
import { openaiChat } from '../lambda/dialects/openai-chat.ts'
import { collected, filesOf, readJson, requestOf, scenarios } from './support/bodies.ts'
import { goldenOf, having, update } from './support/goldens.ts'
import { answerFacts, post, streamOf } from './support/openai-chat.ts'

const expectGolden = (scenario: string, file: string, actual: string) =>
  expect(parsed(actual)).toEqual(parsed(goldenOf(scenario, file, actual)))

const parsed = (text: string): unknown => (text.startsWith('{') ? JSON.parse(text) : text)

/** What a model answered in this scenario, as its own stream was understood. */
function eventsOf(scenario: string): readonly ReplyEvent[] | undefined {
  const files = filesOf(scenario).filter((file) => file.endsWith('.events.json'))
  const file = files.find((name) => name.startsWith('claude-messages')) ?? files[0]
  return file === undefined ? undefined : (readJson(scenario, file) as unknown[]).map(asEvent)
}

function asEvent(event: unknown): ReplyEvent {
  const told = event as ReplyEvent
  if (told.type !== 'reply-error') return told
  const { code, message } = told.error
  return { type: 'reply-error', error: new TollgateError(code, message) }
}

describe('what callers ask', () => {
  it.each(having('openai-chat.request.json'))('%s means its request', (scenario) => {
    const notices: string[] = []
    const body = readJson(scenario, 'openai-chat.request.json')
    const request = openaiChat.parse(post(body), (text) => void notices.push(text))
    expect(request).toStrictEqual(requestOf(scenario))
    expect(notices).toEqual([])
  })
})

describe('what callers are answered', () => {
  /** Where answers are written anew, of every scenario in which a model answers. */
  const answered = (file: string) =>
    update ? scenarios.filter((scenario) => eventsOf(scenario) !== undefined) : having(file)

  it.each(answered('openai-chat.stream.txt'))('%s as a stream', (scenario) => {
    const frames = streamOf(eventsOf(scenario) ?? [], { stream_options: { include_usage: true } })
    expectGolden(scenario, 'openai-chat.stream.txt', frames)
  })

  const whole = answered('openai-chat.reply.json').filter(
    (scenario) => eventsOf(scenario)?.at(-1)?.type === 'reply-end',
  )

  it.each(whole)('%s as a whole', async (scenario) => {
    const reply: Reply = await collected(eventsOf(scenario) ?? [])
    const { body } = openaiChat.format(reply, answerFacts, post({}))
    const laidOut = `${JSON.stringify(JSON.parse(body), null, 2)}\n`
    expectGolden(scenario, 'openai-chat.reply.json', laidOut)
  })
})
