/** The labels of each call stand beside what a caller sent, and change not one byte of the rest. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { TollgateError } from '../lambda/core/errors.ts'
import { labelled } from '../lambda/providers/request-metadata.ts'
import { anyCharacter } from './support/arbitrary.ts'
import { runs } from './support/effort.ts'

const own = { team: 'demo', keyId: 'abcd1234', requestId: 'request-1' }
const field = 'requestMetadata'
const header = 'x-amzn-bedrock-request-metadata'

function put(operation: 'converse' | 'invoke', body: string, headers: Record<string, string> = {}) {
  const notices: string[] = []
  const call = {
    id: own.requestId,
    caller: { team: own.team, keyId: own.keyId },
    notice: (text: string) => void notices.push(text),
    native: { operation, body, headers },
  }
  const sent = labelled(operation, { headers, body: Buffer.from(body) }, call)
  return { text: sent.body.toString(), headers: sent.headers, notices }
}

/** JSON as people and programs write it: space, escapes, numbers and the order of keys of any form. */
const space = fc.string({ unit: fc.constantFrom(' ', '\n', '\t', '\r'), maxLength: 3 })
const number = fc.constantFrom('0', '-0', '1.0', '1e5', '1E-2', '12345678901234567890', '0.10')
const text = fc.oneof(
  fc.string({ unit: anyCharacter, maxLength: 8 }).map((said) => JSON.stringify(said)),
  fc.constantFrom(
    `"${field}"`,
    `"{\\"${field}\\":{}}"`,
    '"\\\\"',
    '"a\\\\\\"b"',
    '"\\u0061\\/"',
    '"}{][,:"',
  ),
)
const { value } = fc.letrec<{ value: string }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    number,
    text,
    fc.constantFrom('true', 'false', 'null', '{}', '[ ]', `{"${field}":{"a":"b"}}`),
    fc
      .array(fc.tuple(space, tie('value'), space), { maxLength: 3 })
      .map((items) => `[${items.map((item) => item.join('')).join(',')}]`),
    fc
      .array(fc.tuple(space, text, space, tie('value')), { maxLength: 3 })
      .map(
        (members) => `{${members.map(([a, key, b, said]) => `${a}${key}${b}:${said}`).join(',')}}`,
      ),
  ),
}))
/** A member that is not the one in question. */
const otherKey = text.filter((key) => JSON.parse(key) !== field)
const member = fc
  .tuple(space, otherKey, space, space, value, space)
  .map(([a, key, b, c, said, d]) => `${a}${key}${b}:${c}${said}${d}`)
/** Its key, in each of the ways JSON can write it. */
const itsKey = fc.constantFrom(`"${field}"`, '"request\\u004detadata"', '"\\u0072equestMetadata"')

const afterOwn = (theirs: Record<string, string>) => JSON.stringify({ ...theirs, ...own })

describe('a body for Converse', () => {
  it('keeps its bytes but for one member at its front', () => {
    fc.assert(
      fc.property(space, fc.array(member, { maxLength: 4 }), space, (before, members, after) => {
        const rest = members.length === 0 ? after : members.join(',')
        const { text: sent } = put('converse', `${before}{${rest}}${after}`)
        const comma = members.length === 0 ? '' : ','
        expect(sent).toBe(`${before}{"${field}":${JSON.stringify(own)}${comma}${rest}}${after}`)
        expect(JSON.parse(sent)[field]).toEqual(own)
      }),
      { numRuns: runs(300, 30_000) },
    )
  })

  it('keeps its bytes but for the labels it had', () => {
    const label = fc.string({
      unit: fc.constantFrom(...'aZ0 :_@$#=/+,.-'),
      minLength: 1,
      maxLength: 9,
    })
    const labels = fc.dictionary(label, label, { maxKeys: 5, noNullPrototype: true })
    fc.assert(
      fc.property(
        fc.array(member, { maxLength: 3 }),
        fc.array(member, { maxLength: 3 }),
        fc.tuple(space, itsKey, space, space, space),
        labels,
        (front, back, [a, key, b, c, d], said) => {
          const around = (labelsText: string) =>
            `{${[...front, `${a}${key}${b}:${c}${labelsText}${d}`, ...back].join(',')}}`
          const { text: sent, notices } = put('converse', around(JSON.stringify(said, null, 1)))
          expect(sent).toBe(around(afterOwn(said)))
          expect(notices).toEqual([])
        },
      ),
      { numRuns: runs(300, 30_000) },
    )
  })
})

it('a body for InvokeModel keeps all of its bytes', () => {
  for (const body of ['{"a":1.0}', '{ }', `{"${field}":{"a":"b"}}`]) {
    const { text: sent, headers } = put('invoke', body)
    expect(sent).toBe(body)
    expect(JSON.parse(headers[header] ?? '')).toEqual(own)
  }
})

function thrownBy(work: () => unknown): unknown {
  try {
    return work()
  } catch (thrown) {
    return thrown
  }
}

/** Both ways of saying labels, with the same words. */
const ways = {
  'in the body of Converse': (said: unknown) => {
    const { text: sent, ...rest } = put('converse', JSON.stringify({ [field]: said }), {
      [header]: 'x',
    })
    expect(rest.headers).toEqual({})
    return { labels: JSON.parse(sent)[field], notices: rest.notices }
  },
  'in the header of InvokeModel': (said: unknown) => {
    const { headers, notices } = put('invoke', '{}', { [header]: JSON.stringify(said) })
    expect(headers[header]).toMatch(/^[\x21-\x7e]( ?[\x21-\x7e])*$/)
    return { labels: JSON.parse(headers[header] ?? ''), notices }
  },
}

describe.each(Object.entries(ways))('labels of the caller’s own %s', (_, say) => {
  const many = (count: number) =>
    Object.fromEntries(Array.from({ length: count }, (_, index) => [`k${index}`, 'v']))

  it('are kept beside the gateway’s', () => {
    const said = { project: 'x  y\t', __proto__x: '', '7': 'a' }
    expect(say(said)).toEqual({ labels: { ...said, ...own }, notices: [] })
  })

  it('do not take the place of the gateway’s', () => {
    const { labels, notices } = say({ team: 'other', requestId: 'mine', project: 'x' })
    expect(labels).toEqual({ project: 'x', ...own })
    expect(notices.join()).toMatch(/team, requestId left out/)
  })

  it('are left out where they are too many with the gateway’s', () => {
    expect(say(many(13)).notices).toEqual([])
    const { labels, notices } = say(many(16))
    expect(labels).toEqual({ ...many(13), ...own })
    expect(notices.join()).toMatch(/k13, k14, k15 left out/)
  })

  it.each([
    [many(17), 'got 17 entries'],
    [{ a: 1 }, '.a: got 1;'],
    [{ a: null }, '.a: got null;'],
    [{ a: 'x'.repeat(257) }, '.a: got "xxx'],
    [{ a: '{}' }, '.a: got "{}";'],
    [{ a: 'é' }, '.a: got "é";'],
    [{ a: '\u00a0' }, '.a: got'],
    [{ '': 'x' }, 'got the key ""'],
    [{ é: 'x' }, 'got the key "é"'],
    [null, 'got null'],
    [['a'], 'got a list'],
    ['a', 'got string'],
  ])('are refused where Bedrock would refuse them: %j', (said, words) => {
    const thrown = thrownBy(() => say(said))
    expect(thrown).toBeInstanceOf(TollgateError)
    expect(thrown).toMatchObject({ code: 'invalid_body', message: expect.stringContaining(words) })
  })
})

it('a header that is no JSON is refused', () => {
  expect(() => put('invoke', '{}', { [header]: 'team=demo' })).toThrow('something that is not JSON')
})
