/** Laws of what native bodies say: nothing a model would read is missing from the view beside them. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { saidClaudeMessages } from '../lambda/bodies/said-claude-messages.ts'
import { saidClaudeText } from '../lambda/bodies/said-claude-text.ts'
import { saidConverse } from '../lambda/bodies/said-converse.ts'
import { saidJurassic } from '../lambda/bodies/said-jurassic.ts'
import { saidLlama2, saidLlama3, saidLlama4 } from '../lambda/bodies/said-llama.ts'
import { saidMistralInstruct } from '../lambda/bodies/said-mistral-instruct.ts'
import { saidNova } from '../lambda/bodies/said-nova.ts'
import { saidOpenAiChat } from '../lambda/bodies/said-openai-chat.ts'
import { saidTitanText } from '../lambda/bodies/said-titan-text.ts'
import type { Json, JsonObject, Message } from '../lambda/core/conversation.ts'
import { TollgateError } from '../lambda/core/errors.ts'
import type { Model } from '../lambda/core/model.ts'
import type { ChatRequest, SaidRequest } from '../lambda/core/request.ts'
import { belongs, changed, nativeBodies, richRequest, withMarker } from './said-bodies.ts'
import { anyCharacter, hostileRequest } from './support/arbitrary.ts'
import { bodyById, built, modelOf, requestOf, scenarios } from './support/bodies.ts'
import { runs } from './support/effort.ts'

const readers: Readonly<Record<string, (body: unknown) => SaidRequest>> = {
  'titan-text': saidTitanText,
  llama2: saidLlama2,
  llama3: saidLlama3,
  llama4: saidLlama4,
  'claude-text': saidClaudeText,
  'claude-messages': saidClaudeMessages,
  nova: saidNova,
  nova2: saidNova,
  converse: saidConverse,
  'openai-chat': saidOpenAiChat,
  'gpt-oss': saidOpenAiChat,
  'mistral-instruct': saidMistralInstruct,
  jurassic: saidJurassic,
  jamba: saidOpenAiChat,
}

const byPrompt = ['titan-text', 'llama2', 'llama3', 'llama4', 'claude-text', 'mistral-instruct']
const prompts = [...byPrompt, 'jurassic']

function bodyOf(request: ChatRequest, model: Model): JsonObject | undefined {
  try {
    return built(request, model).body
  } catch (thrown) {
    expect(thrown).toBeInstanceOf(TollgateError)
    return undefined
  }
}

/** A view that a builder would make the same body of. */
function again(said: SaidRequest, model: Model): JsonObject | undefined {
  const request = { maxTokens: model.limits.output, ...said, model: model.id, stream: false }
  try {
    return model.body.build(request, model, () => {})
  } catch (thrown) {
    throw new Error(`not built again: ${thrown}`)
  }
}

const isOwnTool = ({ name }: { readonly name: string }) => name.startsWith('json_answer')

const unspaced = (text: string) => text.replace(/\s/g, '')

function textsOf(messages: readonly Message[]): string[] {
  return messages.flatMap(({ content }) =>
    content.flatMap((block) => {
      if (block.type === 'text') return [block.text]
      if (block.type === 'tool-call') return [block.name, JSON.stringify(block.input)]
      return block.type === 'tool-result'
        ? block.content.flatMap((part) => (part.type === 'text' ? [part.text] : []))
        : []
    }),
  )
}

function expectSame(request: ChatRequest, body: JsonObject, model: Model) {
  const said = readers[model.body.id]?.(body) as SaidRequest
  const view = unspaced(textsOf(said.messages).join(''))
  for (const text of textsOf(request.messages)) expect(view).toContain(unspaced(text))
  if (said.tools.some(isOwnTool)) return
  expect(said.tools.map(({ name }) => name)).toEqual(request.tools.map(({ name }) => name))
  expect(said.maxTokens).toBe(request.maxTokens ?? said.maxTokens)
  expect(again(said, model)).toStrictEqual(body)
}

describe.each(Object.keys(readers))('%s', (id) => {
  const body = bodyById(id)
  const model = modelOf(body)
  const read = readers[id] as (body: unknown) => SaidRequest

  it.each(scenarios)('says of %s what was built into it', (scenario) => {
    const request = requestOf(scenario)
    const sent = bodyOf(request, model)
    if (sent !== undefined) expectSame(request, sent, model)
  })

  it('says what any request was built into it', () => {
    const arbitrary = prompts.includes(id)
      ? hostileRequest(model.accepts.system)
      : richRequest(model)
    fc.assert(
      fc.property(arbitrary, (request) => {
        const sent = bodyOf(request, model)
        expect(sent).toBeDefined()
        if (sent !== undefined) expectSame(request, sent, model)
      }),
      { numRuns: runs(100, 5_000) },
    )
  })

  const valid: readonly JsonObject[] = [
    ...(nativeBodies[id] ?? []),
    ...scenarios.flatMap((scenario) => {
      const sent = bodyOf(requestOf(scenario), model)
      return sent === undefined ? [] : [sent]
    }),
  ]

  it('reads every body it is tried with', () => {
    for (const each of valid) expect(read(each).messages.length).toBeGreaterThan(0)
  })

  it('misses no word, wherever in a body it stands', () => {
    const missed: string[] = []
    for (const each of valid) {
      for (const [path, changed] of withMarker(each)) {
        if (!belongs(() => read(changed), path)) missed.push(path)
      }
    }
    expect(missed).toEqual([])
  })

  it('reads anything as what is said, or refuses it with a 400', () => {
    const broken = changed(fc.constantFrom(...(valid as readonly Json[])))
    fc.assert(
      fc.property(fc.oneof(fc.jsonValue({ stringUnit: anyCharacter }), broken), (value) => {
        try {
          const { messages, tools, maxTokens = 1 } = read(value)
          expect(Array.isArray(messages) && Array.isArray(tools)).toBe(true)
          expect(maxTokens).toBeGreaterThan(0)
        } catch (thrown) {
          expect(thrown).toBeInstanceOf(TollgateError)
          expect((thrown as TollgateError).status).toBe(400)
        }
      }),
      { numRuns: runs(300, 50_000) },
    )
  })
})
