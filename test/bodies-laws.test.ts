/** Laws over the whole folder of bodies, for whatever callers write and models answer. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { bodies } from '../lambda/bodies/index.ts'
import { TollgateError } from '../lambda/core/errors.ts'
import { collect, replay } from '../lambda/core/reply.ts'
import { anyCharacter, hostileRequest, reply } from './support/arbitrary.ts'
import { bodyById, built, collected, eventsOf, modelOf, readJson } from './support/bodies.ts'

const each = bodies.map((body) => ({ id: body.id, body }))
const runs = { numRuns: 200 }

describe('replies', () => {
  it('a reply told as a stream and collected again is the same reply', async () => {
    await fc.assert(
      fc.asyncProperty(reply, async (whole) => {
        expect(await collect(replay(whole))).toStrictEqual(whole)
      }),
      runs,
    )
  })
})

/** Answers and chunks that begin as a real one and go wrong somewhere. */
const real = [
  ...['hello', 'tool-call', 'thinking', 'stop-sequence', 'json-schema'].flatMap((scenario) =>
    bodies.flatMap(({ id }) => {
      try {
        const { chunks, answer } = readJson(scenario, `${id}.chunks.json`) as {
          chunks: unknown[]
          answer: unknown
        }
        return [...chunks, answer]
      } catch {
        return []
      }
    }),
  ),
]

const broken = fc
  .tuple(
    fc.constantFrom(...real),
    fc.nat(30),
    fc.jsonValue({ stringUnit: anyCharacter, maxDepth: 2 }),
  )
  .map(([answer, at, value]) => {
    let position = 0
    return JSON.parse(
      JSON.stringify(answer, (_, part: unknown) => (position++ === at ? value : part)) ?? 'null',
    ) as unknown
  })

const anything = fc.oneof(
  fc.jsonValue({ stringUnit: anyCharacter }),
  broken,
  fc.constantFrom(...real),
)
const deep = JSON.parse(`${'{"a":'.repeat(20_000)}1${'}'.repeat(20_000)}`) as unknown

describe.each(each)('$id', ({ body }) => {
  it('reads anything as a reply or as an error of ours', () => {
    fc.assert(
      fc.property(anything, (answer) => {
        try {
          const { guessed: _, ...counts } = body.read(answer, {}).usage
          for (const tokens of Object.values(counts)) expect(tokens).toBeGreaterThanOrEqual(0)
        } catch (thrown) {
          expect(thrown).toBeInstanceOf(TollgateError)
        }
      }),
      runs,
    )
  })

  it('streams anything to one end, and says nothing after it', () => {
    fc.assert(
      fc.property(fc.array(anything, { maxLength: 8 }), (chunks) => {
        const events = eventsOf(body, chunks)
        const ends = events.filter(({ type }) => type === 'reply-end' || type === 'reply-error')
        expect(ends).toHaveLength(1)
        expect(events.at(-1)).toBe(ends[0])
        if (events.length > 1) expect(events[0]?.type).toBe('reply-start')
        const opens = events.filter(({ type }) => type === 'block-start').length
        const closed = events.filter(({ type }) => type === 'block-end').length
        expect(opens - closed).toBeLessThanOrEqual(ends[0]?.type === 'reply-error' ? 1 : 0)
      }),
      runs,
    )
  })

  it('refuses a tool input nested deeper than can be written, without falling over', () => {
    const call = { id: 'a', toolUseId: 'a', name: 'b', input: deep, type: 'tool_use' }
    const message = { content: [{ ...call, toolUse: call }] }
    const called = { id: 'a', function: { name: 'b', arguments: deep } }
    const choices = [{ message: { tool_calls: [called] }, finish_reason: 'x' }]
    const said = { ...message, output: { message }, choices }
    const answer = { ...said, stop_reason: 'x', stopReason: 'x' }
    expect(() => body.read(answer, {})).toThrow(TollgateError)
  })

  it('refuses an answer that is none', () => {
    for (const answer of [undefined, null, '', [], {}, { output: undefined }]) {
      expect(() => body.read(answer, {})).toThrow(TollgateError)
    }
    expect(eventsOf(body, [])).toMatchObject([
      { type: 'reply-error', error: { code: 'upstream_error' } },
    ])
  })
})

/** Reads a prompt back as the model's own tokeniser and template would: by the markers. */
const turnsOf: Readonly<Record<string, (prompt: string) => readonly string[]>> = {
  llama2: (prompt) =>
    prompt.split(/<s>\[INST\] |<<SYS>>\n|\n<<\/SYS>>\n\n| \[\/INST\] ?| <\/s>/).filter(Boolean),
  llama3: headed('<|start_header_id|>', '<|end_header_id|>', '<|eot_id|>'),
  llama4: headed('<|header_start|>', '<|header_end|>', '<|eot|>'),
  'claude-text': (prompt) => prompt.split(/\n\n(?:Human|Assistant): ?/).filter(Boolean),
  'titan-text': (prompt) => `\n${prompt}`.split(/\n(?:User|Bot): ?/).filter(Boolean),
  'mistral-instruct': (prompt) =>
    prompt.split(/^<s>\[INST\] | \[\/INST\] ?|<\/s>\[INST\] /).filter(Boolean),
  /** One question stands as it is; its own first words are nobody else's. */
  jurassic: (prompt) => `\n${prompt}`.split(/\n(?:System|User|Assistant): ?/).filter(Boolean),
}

function headed(start: string, end: string, over: string) {
  return (prompt: string) =>
    prompt
      .slice('<|begin_of_text|>'.length)
      .split(start)
      .slice(1, -1)
      .map((turn) => {
        const [role, text, ...more] = turn.split(`${end}\n\n`)
        expect(role).toMatch(/^(system|user|assistant)$/)
        expect([role, text, ...more].join(`${end}\n\n`)).toBe(turn)
        return (text ?? '').slice(0, -over.length) + more.join('')
      })
}

/** Only spaces may have been put in: nothing is removed, nothing else is added. */
const unspaced = (text: string) => text.replaceAll(' ', '')

describe.each(Object.keys(turnsOf))('%s', (id) => {
  const model = modelOf(bodyById(id))
  /** Mistral's template has no mark between the system's words and the first user's. */
  const system = model.accepts.system && id !== 'mistral-instruct'

  it('nobody’s words can open a turn of their own', () => {
    fc.assert(
      fc.property(hostileRequest(system), (request) => {
        const { body } = built(request, model)
        const prompt = String(body.prompt ?? body.inputText)
        const sent = request.messages.map(({ content }) => content[0] as { text: string })
        const bare = id === 'jurassic' && sent.length === 1
        const turns = bare ? [prompt] : (turnsOf[id]?.(prompt) ?? [])
        expect(turns.map(unspaced).filter(Boolean)).toEqual(
          sent.map(({ text }) => unspaced(text)).filter(Boolean),
        )
        const markers = prompt.match(/<\|[^<>|\s]+\|>/g)?.length ?? 0
        const plain = { ...request, messages: request.messages.map(blank) }
        const expected = String(built(plain, model).body.prompt ?? '').match(/<\|[^<>|\s]+\|>/g)
        if (id === 'llama3' || id === 'llama4') expect(markers).toBe(expected?.length)
      }),
      { numRuns: 300 },
    )
  })
})

describe('gpt-oss', () => {
  const body = bodyById('gpt-oss')
  const pieces = [
    '<reasoning>',
    '</reasoning>',
    '<',
    '</',
    'reason',
    'ing>',
    'a',
    '\n',
    '<reasoning',
  ]

  it('tells its reasoning from its answer the same, wherever its stream was cut', async () => {
    const text = fc
      .array(fc.constantFrom(...pieces), { maxLength: 8 })
      .map((parts) => parts.join(''))
    await fc.assert(
      fc.asyncProperty(text, fc.array(fc.nat(80), { maxLength: 6 }), async (content, cuts) => {
        const ends = [...cuts.toSorted((one, other) => one - other), content.length]
        const parts = ends.map((end, at) => content.slice(ends[at - 1] ?? 0, end))
        const chunks = parts.map((part) => ({ choices: [{ delta: { content: part } }] }))
        const stop = { choices: [{ delta: {}, finish_reason: 'stop' }], usage }
        const whole = { choices: [{ message: { content }, finish_reason: 'stop' }], usage }
        const joined = await collected(eventsOf(body, [...chunks, stop]))
        const once = await collected(eventsOf(body, [{ choices: [{ delta: { content } }] }, stop]))
        expect(joined).toStrictEqual(once)
        expect(joined.content).toStrictEqual(body.read(whole, {}).content)
      }),
      runs,
    )
  })
})

const usage = { prompt_tokens: 1, completion_tokens: 1 }

const blank = <M extends { content: readonly unknown[] }>(message: M): M => ({
  ...message,
  content: [{ type: 'text', text: 'x' }],
})
