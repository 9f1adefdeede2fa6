/** The same conversation, through any dialect, reaches a model as the same request. */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { ChatDialect, HttpRequest } from '../lambda/core/dialect.ts'
import { fit } from '../lambda/core/fit.ts'
import type { Model } from '../lambda/core/model.ts'
import type { ChatRequest } from '../lambda/core/request.ts'
import { anthropicMessages } from '../lambda/dialects/anthropic-messages.ts'
import { openaiChat } from '../lambda/dialects/openai-chat.ts'
import { openaiResponses } from '../lambda/dialects/openai-responses.ts'
import { modelById } from '../lambda/models/index.ts'
import { requestOf, scenarioFolder, scenarios } from './support/bodies.ts'

const dialects: readonly (readonly [golden: string, dialect: ChatDialect])[] = [
  ['openai-chat', openaiChat],
  ['openai-responses', openaiResponses],
  ['anthropic', anthropicMessages],
]

/** What a dialect has no word for, so that its golden cannot say it. */
const unsayable: Readonly<Record<string, readonly string[]>> = {
  'openai-responses': ['stop-sequence', 'thinking', 'thinking-redacted', 'thinking-silent'],
  /** A one-hour cache point after a five-minute one; a name for a schema. */
  anthropic: ['cache-points', 'json-schema', 'json-schema-open'],
}

const models = [
  'anthropic.claude-haiku-4-5-20251001-v1:0',
  'amazon.nova-lite-v1:0',
  'mistral.mistral-large-3-675b-instruct',
]

const silent = () => {}
const http = (dialect: ChatDialect, body: unknown): HttpRequest => ({
  route: dialect.routes[0] ?? { method: 'POST', path: '' },
  pathParameters: {},
  query: {},
  headers: {},
  body,
  text: JSON.stringify(body),
})

/** What the model would be sent, or the words of the refusal. */
function sent(request: ChatRequest, model: Model): unknown {
  try {
    return model.body.build(fit(request, model, [], silent), model, silent)
  } catch (thrown) {
    return (thrown as Error).message
  }
}

/** Tool calls of one answer, thinking and metadata apart, these are what a model reads. */
const conversation = (built: unknown) => {
  const { messages, system, tools, tool_choice, toolConfig } = built as Record<string, unknown>
  return { messages, system, tools, tool_choice, toolConfig }
}

describe.each(dialects)('%s', (golden, dialect) => {
  const said = scenarios.filter(
    (scenario) =>
      existsSync(join(scenarioFolder, scenario, `${golden}.request.json`)) &&
      !unsayable[golden]?.includes(scenario),
  )

  it('says most scenarios', () => {
    expect(said.length).toBeGreaterThan(15)
  })

  it.each(said)('%s', (scenario) => {
    const file = join(scenarioFolder, scenario, `${golden}.request.json`)
    const { request, ...alone } = JSON.parse(readFileSync(file, 'utf8'))
    const body = request ?? alone
    const asked = dialect.parse(http(dialect, body), silent)
    for (const id of models) {
      const model = modelById.get(id)
      if (model === undefined) throw new Error(`the catalogue lost ${id}`)
      const [through, straight] = [sent(asked, model), sent(requestOf(scenario), model)]
      if (typeof straight === 'string') expect(through).toBe(straight)
      else expect(conversation(through)).toEqual(conversation(straight))
    }
  })
})
