/** Laws over the whole folder of bodies, for whatever callers write and models answer. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { bodies } from '../lambda/bodies/index.ts'
import { TollgateError } from '../lambda/core/errors.ts'
import { collect, replay } from '../lambda/core/reply.ts'
import { hostileRequest, reply } from './support/arbitrary.ts'
import { bodyById, built, eventsOf, modelOf, readJson } from './support/bodies.ts'

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
  ...['hello', 'tool-call', 'thinking', 'stop-sequence'].flatMap((scenario) =>
    ['claude-messages', 'nova', 'llama3', 'titan-text', 'nova2'].flatMap((id) => {
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
  .tuple(fc.constantFrom(...real), fc.nat(30), fc.jsonValue({ maxDepth: 2 }))
  .map(([answer, at, value]) => {
    let position = 0
    return JSON.parse(
      JSON.stringify(answer, (_, part: unknown) => (position++ === at ? value : part)) ?? 'null',
    ) as unknown
  })

const anything = fc.oneof(fc.jsonValue(), broken, fc.constantFrom(...real))
const deep = JSON.parse(`${'{"a":'.repeat(20_000)}1${'}'.repeat(20_000)}`) as unknown

describe.each(each)('$id', ({ body }) => {
  it('reads anything as a reply or as an error of ours', () => {
    fc.assert(
      fc.property(anything, (answer) => {
        try {
          const { usage } = body.read(answer, {})
          for (const tokens of Object.values(usage)) expect(tokens).toBeGreaterThanOrEqual(0)
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
    const answer = { ...message, output: { message }, stop_reason: 'x', stopReason: 'x' }
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

  it('nobody’s words can open a turn of their own', () => {
    fc.assert(
      fc.property(hostileRequest(model.accepts.system), (request) => {
        const { body } = built(request, model)
        const prompt = String(body.prompt ?? body.inputText)
        const sent = request.messages.map(({ content }) => content[0] as { text: string })
        const turns = turnsOf[id]?.(prompt) ?? []
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

const blank = <M extends { content: readonly unknown[] }>(message: M): M => ({
  ...message,
  content: [{ type: 'text', text: 'x' }],
})
