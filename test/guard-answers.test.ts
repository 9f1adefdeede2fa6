/** An answer is guarded however it is cut into chunks, and told as it was where nothing is wrong with it. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { ReplyEvent } from '../lambda/core/reply.ts'
import { readAnswer } from '../lambda/guard/output.ts'
import { compile } from '../lambda/guard/rules.ts'
import { longestMatch } from '../lambda/guard/scanner.ts'
import { noTokens } from './support/calls.ts'
import { runs } from './support/effort.ts'

const matcher = compile(['sk-[a-z]{4,20}', '\\bsecret.{0,90}end\\b', '^forbidden'], 'output.deny')
const start: ReplyEvent = { type: 'block-start', index: 0, block: { type: 'text' } }
const end: ReplyEvent = { type: 'block-end', index: 0 }
const last: ReplyEvent = { type: 'reply-end', stop: { reason: 'end' }, usage: noTokens }
const delta = (text: string): ReplyEvent => ({
  ...{ type: 'block-delta', index: 0, delta: { type: 'text', text } },
})
const native = (text: string): ReplyEvent => ({ type: 'native', payload: Buffer.from(text) })

/** What went out before the rule that matched, if one did. */
function told(events: readonly ReplyEvent[]) {
  const reading = readAnswer(matcher)
  const out: ReplyEvent[] = []
  for (const event of events) {
    const { free, rule } = reading.read(event)
    if (rule !== undefined) return { out, rule: rule.name }
    out.push(...free)
  }
  const { free, rule } = reading.rest()
  return { out: [...out, ...free], rule: rule?.name }
}

const textOf = (events: readonly ReplyEvent[]): string =>
  events
    .map((event) =>
      event.type === 'block-delta' && event.delta.type === 'text' ? event.delta.text : '',
    )
    .join('')

const word = fc.constantFrom(
  ...['the ', 'sk-', 'abcd', 'secret ', ' end', 'ends ', 'forbidden ', '\u200b', '😀', ' ', '\n'],
  ...['x'.repeat(90), 'long words and more of them, '.repeat(5)],
)
const text = fc.array(word, { maxLength: 40 }).map((words) => words.join(''))

function cut(whole: string, sizes: readonly number[]): readonly string[] {
  const chunks: string[] = []
  for (let at = 0, turn = 0; at < whole.length; turn++) {
    const size = sizes[turn % sizes.length] ?? 1
    chunks.push(whole.slice(at, at + size))
    at += size
  }
  return chunks
}
const sizes = fc.array(fc.integer({ min: 1, max: 300 }), { minLength: 1, maxLength: 6 })

describe('however an answer is cut', () => {
  it('the verdict is the same, and a stream that passes says all of it', () => {
    const law = fc.property(text, sizes, (whole, by) => {
      const once = told([start, delta(whole), end, last])
      const often = told([start, ...cut(whole, by).map(delta), end, last])
      expect(often.rule).toBe(once.rule)
      if (often.rule === undefined) expect(textOf(often.out)).toBe(whole)
      else expect(whole.startsWith(textOf(often.out))).toBe(true)
    })
    fc.assert(law, { numRuns: runs(300, 20_000) })
  })

  it('nothing of what a rule matches goes out, in frames of Bedrock’s own either', () => {
    const law = fc.property(fc.integer({ min: 0, max: 900 }), sizes, (before, by) => {
      const whole = `${'- '.repeat(before)}sk-abcdefgh and so on. ${'more '.repeat(100)}`
      const chunks = cut(whole, by)
      for (const events of [
        chunks.map(delta),
        chunks.flatMap((one) => [native(one), delta(one)]),
      ]) {
        const { out, rule } = told([start, ...events, end, last])
        expect(rule).toBe('output.deny[0]')
        expect(textOf(out)).not.toContain('s')
        const frames = out.map((event) => (event.type === 'native' ? String(event.payload) : ''))
        expect(frames.join('')).not.toContain('sk')
      }
    })
    fc.assert(law, { numRuns: runs(60, 5_000) })
  })
})

type Kind = 'text' | 'thinking' | 'tool-call'
const block = (index: number, text: string, kind: Kind = 'text'): readonly ReplyEvent[] => [
  {
    type: 'block-start',
    index,
    block: kind === 'tool-call' ? { type: kind, id: 'a', name: 't' } : { type: kind },
  },
  {
    type: 'block-delta',
    index,
    delta: kind === 'tool-call' ? { type: 'input-json', json: text } : { type: kind, text },
  },
  { type: 'block-end', index },
]
const blocks = (texts: readonly string[]) => [
  ...texts.flatMap((text, index) => block(index, text)),
  last,
]
/** Of Bedrock's own stream: each event in a frame of its own. */
const framed = (events: readonly ReplyEvent[]) =>
  events.flatMap((event) => [
    native('delta' in event && 'text' in event.delta ? event.delta.text : '-'),
    event,
  ])
const spoken = (events: readonly ReplyEvent[]) =>
  events.map((event) => (event.type === 'native' ? String(event.payload) : '')).join('')

describe('from one text block to the next', () => {
  const long = '- '.repeat(300)

  it.each([
    ['cut in two', ['It is sk-ab', 'cdefgh.']],
    ['cut in two, far on', [`${long}It is sk-ab`, `cdefgh. ${long}`]],
    ['a letter each', [...'It is sk-abcdefgh.']],
    ['an empty block between', ['It is sk-ab', '', 'cdefgh.']],
    ['with a blank where they meet', ['so secret', 'is the end of it']],
    ['at the very beginning', ['forbid', 'den things']],
    ['at the end of all', ['It is sk-ab', 'cdefgh']],
  ])('a match is found and nothing of it goes out: %s', (_, texts) => {
    const whole = Buffer.from(JSON.stringify({ content: texts.map((text) => ({ text })) }))
    const asWhole = { type: 'native', payload: whole, headers: {} } as const
    const ways = [blocks(texts), framed(blocks(texts)), [asWhole, ...blocks(texts)]]
    for (const events of ways) {
      const { out, rule } = told(events)
      expect(rule).toMatch(/^output\.deny/)
      expect(`${textOf(out)}${spoken(out)}`).not.toMatch(/sk-|secret|forbid/)
    }
  })

  it('a match is found with other blocks between, before the rest of it goes out', () => {
    const events = [...block(0, 'It is sk-ab'), ...block(1, '{}', 'tool-call')]
    const { out, rule } = told([...events, ...block(2, 'cdefgh.'), last])
    expect(rule).toBe('output.deny[0]')
    expect(textOf(out)).toBe('It is sk-ab')
  })

  it('what a cut leaves is no beginning, and kinds of blocks are no neighbours', () => {
    const cutAt = `${'x'.repeat(512 - 9)}forbidden`
    expect(told(blocks([`a ${cutAt}`, ' b']))).toMatchObject({ rule: undefined })
    const thought = [...block(0, 'sk-ab', 'thinking'), ...block(1, 'cdefgh'), last]
    expect(told(thought)).toMatchObject({ rule: undefined })
  })

  it('nothing else waits: a tool call and a thought free what was said', () => {
    for (const kind of ['tool-call', 'thinking'] as const) {
      const reading = readAnswer(matcher)
      const [begin] = block(1, '', kind)
      const events = [...block(0, 'All of this.'), ...(begin === undefined ? [] : [begin])]
      const free = events.flatMap((event) => reading.read(event).free)
      expect(free).toEqual(events)
    }
  })

  it('however blocks and chunks are cut, what passes is told as it was', () => {
    const law = fc.property(text, sizes, sizes, (whole, by, within) => {
      const parts = cut(whole, by)
      const once = told(blocks(parts))
      const chunked = parts.flatMap((part, index) => [
        { type: 'block-start', index, block: { type: 'text' } } as const,
        ...cut(part, within).map((chunk) => ({ ...delta(chunk), index })),
        { type: 'block-end', index } as const,
      ])
      const often = told([...chunked, last])
      expect(often.rule === undefined).toBe(once.rule === undefined)
      if (often.rule === undefined) expect(textOf(often.out)).toBe(whole)
      else expect(whole.startsWith(textOf(often.out))).toBe(true)
      const joined = told([start, delta(whole), end, last])
      if (joined.rule !== undefined) expect(once.rule).toBeDefined()
    })
    fc.assert(law, { numRuns: runs(200, 10_000) })
  })

  it('holds back no more than within one block', () => {
    const reading = readAnswer(matcher)
    let [come, free] = [0, 0]
    for (const event of blocks(Array(100).fill('0123456789 123456')).slice(0, -1)) {
      if (event.type === 'block-delta') come += 17
      free += textOf(reading.read(event).free).length
      expect(come - free).toBeLessThanOrEqual(longestMatch + 128)
    }
  })
})

it('holds back no more than it must', () => {
  const { out } = told([start, ...Array<ReplyEvent>(100).fill(delta('0123456789'))])
  const reading = readAnswer(matcher)
  let free = 0
  for (const event of [start, ...Array<ReplyEvent>(100).fill(delta('0123456789'))]) {
    free += textOf(reading.read(event).free).length
  }
  expect(textOf(out)).toHaveLength(1_000)
  expect(1_000 - free).toBeLessThanOrEqual(longestMatch + 128)
})

it.each([
  ['a tool’s name', [{ type: 'tool-call', id: 'a', name: 'sk-abcdef' }], '{}'],
  ['its input', [{ type: 'tool-call', id: 'a', name: 't' }], '{"a":["\\u0073k-abcdef"]}'],
] as const)('a tool call is read whole: %s', (_, [block], json) => {
  const input = [...json].map(
    (letter): ReplyEvent => ({
      ...{ type: 'block-delta', index: 0, delta: { type: 'input-json', json: letter } },
    }),
  )
  const { out, rule } = told([{ type: 'block-start', index: 0, block }, ...input, end, last])
  expect(rule).toBe('output.deny[0]')
  expect(out.filter(({ type }) => type === 'block-delta')).toEqual([])
})
