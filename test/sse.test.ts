/** Server-sent events are the same events, however their bytes arrive. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type ServerEvent, sseEvents, sseReader } from '../lambda/providers/sse.ts'
import { anyCharacter } from './support/arbitrary.ts'
import { runs } from './support/effort.ts'

const read = (...texts: readonly string[]): readonly ServerEvent[] => {
  const reader = sseReader()
  return texts.flatMap((text) => reader.read(Buffer.from(text)))
}

const message = (data: string): ServerEvent => ({ event: 'message', data })

describe('a stream of events', () => {
  it.each<[string, string, readonly ServerEvent[]]>([
    ['data alone', 'data: {"a":1}\n\n', [message('{"a":1}')]],
    ['no space after the colon', 'data:x\n\n', [message('x')]],
    ['one space is taken away, and no more', 'data:  x \n\n', [message(' x ')]],
    ['a name', 'event: ping\ndata: {}\n\n', [{ event: 'ping', data: '{}' }]],
    [
      'a name for its own event only',
      'event: a\ndata: 1\n\ndata: 2\n\n',
      [{ event: 'a', data: '1' }, message('2')],
    ],
    ['several lines of data', 'data: a\ndata: b\n\n', [message('a\nb')]],
    ['empty data', 'data\n\n', [message('')]],
    ['comments', ': OPENROUTER PROCESSING\n\ndata: x\n: more\n\n', [message('x')]],
    ['fields nobody knows', 'id: 7\nretry: 10\nother: y\ndata: x\n\n', [message('x')]],
    ['a name without data', 'event: ping\n\ndata: x\n\n', [message('x')]],
    [
      'lines that end as on Windows',
      'data: a\r\n\r\ndata: b\r\n\r\n',
      [message('a'), message('b')],
    ],
    ['lines that end as on an old Mac', 'data: a\r\rdata: b\r\r', [message('a'), message('b')]],
    ['a mark of byte order', '\uFEFFdata: a\n\n', [message('a')]],
    ['an end that is cut off', 'data: a\n\ndata: {"b', [message('a')]],
    ['an event without its empty line', 'data: a\n\ndata: b\n', [message('a')]],
    ['nothing at all', '', []],
  ])('%s', (_, text, events) => {
    expect(read(text)).toEqual(events)
  })

  it('has a line’s end that is cut in two as one', () => {
    expect(read('data: a\r', '\n\r', '\ndata: b\r', '\n', '\r\n')).toEqual([
      message('a'),
      message('b'),
    ])
    expect(read('data: a\r', 'data: b\r', '\r')).toEqual([message('a\nb')])
  })
})

const word = fc
  .string({ unit: anyCharacter })
  .filter((text) => !/[\r\n\uFEFF]/.test(text) && text.isWellFormed())
const lineEnd = fc.constantFrom('\n', '\r\n', '\r')
const piece = fc.oneof(
  word.map((text) => `data: ${text}`),
  word.map((text) => `:${text}`),
  word.map((text) => `event: ${text}`),
  fc.constant('data'),
  fc.constant(''),
)
const streams = fc
  .array(fc.tuple(piece, lineEnd))
  .map((lines) => Buffer.from(lines.map((line) => line.join('')).join('')))

describe('however it is cut', () => {
  it('the events are the same', () => {
    fc.assert(
      fc.property(streams, fc.array(fc.nat()), (bytes, cuts) => {
        const whole = sseReader().read(bytes)
        const reader = sseReader()
        const at = [...new Set(cuts.map((cut) => cut % (bytes.length + 1)))].sort((a, b) => a - b)
        const parts = [...at, bytes.length].map((end, index) =>
          bytes.subarray(at[index - 1] ?? 0, end),
        )
        expect(parts.flatMap((part) => reader.read(part))).toEqual(whole)
      }),
      { numRuns: runs(300, 20_000) },
    )
  })

  it('byte by byte too', () => {
    const bytes = Buffer.from('event: é\r\ndata: 東京 🎉\r\n\r\ndata: [DONE]\n\n')
    const reader = sseReader()
    expect([...bytes].flatMap((byte) => reader.read(Uint8Array.of(byte)))).toEqual([
      { event: 'é', data: '東京 🎉' },
      message('[DONE]'),
    ])
  })
})

async function* arriving(...texts: readonly string[]) {
  for (const text of texts) yield Buffer.from(text)
}

describe('what arrives', () => {
  it('together is told together, and every arrival is heard', async () => {
    let heard = 0
    const told = []
    const stream = arriving(': ping\n\n', 'data: a\n\ndata: b\n\nda', 'ta: c\n\n')
    for await (const events of sseEvents(stream, () => void heard++)) told.push(events)
    expect(told).toEqual([[message('a'), message('b')], [message('c')]])
    expect(heard).toBe(3)
  })

  it('is given up where an event has no end, after what came before it', async () => {
    const told: ServerEvent[] = []
    const endless = Array.from({ length: 40 }, () => 'x'.repeat(500_000))
    const stream = sseEvents(arriving('data: a\n\ndata: ', ...endless), () => {})
    const reading = async () => {
      for await (const events of stream) told.push(...events)
    }
    await expect(reading()).rejects.toMatchObject({ code: 'upstream_error' })
    expect(told).toEqual([message('a')])
  })
})
