/** Functions over callers’ own bodies, family by family: what changed is said anew, all else stays as it was. */
import { describe, expect, it } from 'vitest'
import { bodies } from '../lambda/bodies/index.ts'
import type { ChatCall, EmbedCall } from '../lambda/core/contracts.ts'
import type { Message } from '../lambda/core/conversation.ts'
import { TollgateError } from '../lambda/core/errors.ts'
import type { EmbeddingModel, Model } from '../lambda/core/model.ts'
import type { About, RequestFunction } from '../lambda/core/transform-config.ts'
import { everyModel, models } from '../lambda/models/index.ts'
import { throughFunctions } from '../lambda/transform/functions.ts'
import { nativeBodies } from './said-bodies.ts'
import { built, modelOf, requestOf, scenarios } from './support/bodies.ts'
import { embedCall, nativeCall, operated } from './support/calls.ts'

const about: About = {
  ...{ team: 'demo', model: 'm', task: 'chat', requestId: 'request-1' },
  signal: new AbortController().signal,
}
const through = async (call: ChatCall | EmbedCall, ...functions: readonly RequestFunction[]) =>
  throughFunctions(
    call,
    functions.map((transform) => ({ transform, at: 'gateway transform.request[0]' })),
    about,
  )

const inTexts =
  (made: (text: string) => string): RequestFunction =>
  (request) => ({
    ...request,
    messages: request.messages.map(
      (message) =>
        ({
          ...message,
          content: message.content.map((block) =>
            block.type === 'text' ? { ...block, text: made(block.text) } : block,
          ),
        }) as Message,
    ),
  })
const marked = inTexts((text) => `${text} Zebra.`)
const textsOf = ({ request }: ChatCall): readonly string[] =>
  request.messages.flatMap(({ content }) =>
    content.flatMap((block) => (block.type === 'text' ? [block.text] : [])),
  )

const nova = models.find(({ id }) => id === 'amazon.nova-lite-v1:0') as Model
const viaOf = (id: string) => (id === 'converse' ? 'converse' : 'invoke')
const examples = bodies.flatMap(({ id }) =>
  (nativeBodies[id] ?? []).map((body, index) => {
    const model = models.find((each) => each.body.id === id) ?? nova
    return { name: `${id} ${index}`, call: nativeCall(body, model, viaOf(id)) }
  }),
)

/** Undefined where the model cannot be asked so. */
function askedAs(scenario: string, model: Model): ChatCall | undefined {
  try {
    const { body } = built(requestOf(scenario), model)
    return nativeCall(body, model, model.body.via ?? 'invoke')
  } catch (thrown) {
    if (thrown instanceof TollgateError) return undefined
    throw thrown
  }
}

describe('a caller’s own body', () => {
  it('has an example in every family that is read', () => {
    const read = bodies.filter(({ parse }) => parse !== undefined).map(({ id }) => id)
    const shown = new Set(examples.map(({ call }) => call.body.id))
    /** That one is asked by scenarios alone. */
    expect(read.filter((id) => !shown.has(id))).toEqual(['mistral-chat'])
  })

  it.each(examples)('$name: stays byte for byte where nothing changed', async ({ call }) => {
    expect(await through(call, (request) => structuredClone(request))).toBe(call)
  })

  it.each(examples)(
    '$name: says what was made of its texts, and all else as before',
    async ({ call }) => {
      const hasImages = JSON.stringify(call.request.messages).includes('"image"')
      if (call.body.id === 'llama3' && hasImages) {
        const refused = /transformed so: .* takes text only, no images/
        await expect(through(call, marked)).rejects.toThrow(refused)
        return
      }
      const found = (await through(call, marked)) as ChatCall
      const texts = textsOf(found)
      expect(texts.length).toBeGreaterThan(0)
      for (const text of texts) expect(text).toContain('Zebra.')
      const [before, after] = [call, found].map(({ native }) => JSON.parse(native?.body ?? ''))
      const said = ['messages', 'system', 'prompt', 'inputText']
      for (const name of Object.keys(before).filter((each) => !said.includes(each))) {
        expect({ [name]: after[name] }).toEqual({ [name]: before[name] })
      }
      expect(Object.keys(after).toSorted()).toEqual(Object.keys(before).toSorted())
      expect(found.request.maxTokens).toBe(call.request.maxTokens)
    },
  )

  it.each(bodies.map((body) => [body.id, modelOf(body)] as const))(
    '%s: what Bedrock takes, it takes made anew',
    async (_, model) => {
      let taken = 0
      for (const scenario of scenarios) {
        const asked = askedAs(scenario, model)
        if (asked === undefined || operated(asked) === undefined) continue
        /** A tool of the gateway's own making is nobody's in a caller's own body. */
        if (asked.request.tools.some(({ name }) => name.startsWith('json_answer'))) continue
        taken += 1
        const found = (await through(asked, marked)) as ChatCall
        expect(operated(found), scenario).toBeDefined()
      }
      expect(taken).toBeGreaterThan(1)
    },
  )

  it('keeps every digit, and is bounded by what the function says', async () => {
    const model = models.find(({ body }) => body.id === 'openai-chat') as Model
    const asked = nativeCall(
      { messages: [{ role: 'user', content: 'Hello' }], temperature: 0.5, max_tokens: 50 },
      model,
      'invoke',
    )
    const body = asked.native?.body.replace('0.5', '0.50000000000000000001') ?? ''
    const found = (await through(
      { ...asked, native: { operation: 'invoke', headers: {}, body } },
      (request) => ({ ...request, maxTokens: 7 }),
    )) as ChatCall
    expect(found.native?.body).toBe(
      '{"messages":[{"role":"user","content":"Hello"}],"temperature":0.50000000000000000001,"max_tokens":7}',
    )
    expect(found.request.maxTokens).toBe(7)
  })

  it('that cannot say it is refused, not sent without it', async () => {
    const titan = models.find(({ body }) => body.id === 'titan-text') as Model
    const asked = nativeCall({ inputText: 'Hello' }, titan, 'invoke')
    await expect(
      through(asked, (request) => ({ ...request, serviceTier: 'flex' })),
    ).rejects.toThrow(/own body cannot say it; use POST \/v1\/chat\/completions/)
    const image = { type: 'image', mediaType: 'image/png', data: 'AAAA' } as const
    await expect(
      through(asked, (request) => ({
        ...request,
        messages: [{ role: 'user', content: [{ type: 'text', text: 'Look.' }, image] }],
      })),
    ).rejects.toThrow(/^This key’s requests are transformed, and transformed so: .*/)
  })
})

const vectors = everyModel.filter((model): model is EmbeddingModel => model.task === 'embed')
const embedBodies = new Map(vectors.map((model) => [model.body.id, model]))

describe('a caller’s own body for vectors', () => {
  it.each([...embedBodies])('%s', async (_, model) => {
    const asked = embedCall(['One.'], model)
    const body = JSON.stringify(model.body.build(asked.request, ['One.'], model, () => {}))
    const call = { ...asked, native: { operation: 'invoke' as const, headers: {}, body } }
    expect(await through(call, (request) => structuredClone(request))).toBe(call)
    const found = (await through(call, marked)) as EmbedCall
    expect(found.request.inputs).toEqual(['One. Zebra.'])
    expect(found.native?.body).toBe(body.replace('One.', 'One. Zebra.'))
  })
})
