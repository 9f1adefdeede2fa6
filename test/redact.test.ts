/** What redaction finds and what it leaves: by examples of each kind, and by laws over any text. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Reply } from '../lambda/core/reply.ts'
import type { ChatRequest } from '../lambda/core/request.ts'
import type { About } from '../lambda/core/transform-config.ts'
import { passesLuhn } from '../lambda/transform/check-digits.ts'
import { everyKind, type Kind, kinds } from '../lambda/transform/personal.ts'
import { redact, redactor } from '../lambda/transform/redact.ts'
import { attackOnShort } from '../lib/slow-patterns.ts'
import { noTokens } from './support/calls.ts'
import { runs } from './support/effort.ts'

const clean = redactor()

/** Each in a sentence, with what is left of it. */
const found: Readonly<Record<Kind, readonly (readonly [text: string, left: string])[]>> = {
  email: [
    ['Mail ada.lovelace+work@example.co.uk, please.', 'Mail [email], please.'],
    ['<grace@navy.mil>', '<[email]>'],
    ['müller@bücher.example is one', '[email] is one'],
    ["o'brien@example.ie.", '[email].'],
    [`${'x'.repeat(80)}@example.org`, `${'x'.repeat(16)}[email]`],
    ['a@b.de,c@d.fr', '[email],[email]'],
  ],
  phone: [
    ['Call +1 (415) 555-2671 now', 'Call [phone] now'],
    ['+49 30 901820', '[phone]'],
    ['+442071838750, ext. 5', '[phone], ext. 5'],
    ['(415) 555-2671', '[phone]'],
    ['415-555-2671 or 415.555.2671', '[phone] or [phone]'],
    ['1 415 555 2671', '[phone]'],
  ],
  card: [
    ['4111 1111 1111 1111', '[card]'],
    ['card 5555555555554444 exp 12/27', 'card [card] exp 12/27'],
    ['3782-822463-10005', '[card]'],
    ['7 4111 1111 1111 1111 2', '7 [card] 2'],
    ['6011000990139424x', '[card]x'],
  ],
  iban: [
    ['DE89 3704 0044 0532 0130 00', '[iban]'],
    ['GB82WEST12345698765432.', '[iban].'],
    ['to FR14 2004 1010 0505 0001 3M02 606 TODAY', 'to [iban] TODAY'],
    ['no9386011117947', '[iban]'],
  ],
  ssn: [
    ['SSN 123-45-6789', 'SSN [ssn]'],
    ['123 45 6789', '[ssn]'],
  ],
  ip: [
    ['from 192.168.0.17:8080', 'from [ip]:8080'],
    ['2001:db8::8a2e:370:7334, up', '[ip], up'],
    ['fe80::1', '[ip]'],
    ['2001:0db8:0000:0000:0000:ff00:0042:8329', '[ip]'],
    ['at ::1: refused', 'at [ip]: refused'],
  ],
  'aws-key': [['id=AKIAIOSFODNN7EXAMPLE;', 'id=[aws-key];']],
  'private-key': [
    [
      'a -----BEGIN RSA PRIVATE KEY-----\nMIIE+/=\n-----END RSA PRIVATE KEY----- b',
      'a [private-key] b',
    ],
    ['-----BEGIN PRIVATE KEY-----\nMIIE', '[private-key]'],
    [
      '-----BEGIN EC PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\n\nx\n-----END EC PRIVATE KEY-----',
      '[private-key]',
    ],
  ],
  jwt: [
    ['Bearer eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl!', 'Bearer [jwt]!'],
    ['token=eyJhbGciOiJub25lIn0.eyJzdWIiOiIxIn0.', 'token=[jwt]'],
  ],
}

/** Of each kind, what looks like one and is none. */
const left: Readonly<Record<Kind, readonly string[]>> = {
  email: ['@handle', 'a @ b.de', 'user@localhost', 'x@1.2'],
  phone: [
    '+1 23',
    '4155552671',
    'in 2024-05-12 and 1999',
    'call 415-55-2671',
    '+12345678901234567',
  ],
  card: ['4111 1111 1111 1112', '1234567', `${'4'.repeat(25)}`, 'order 20240512-000018'],
  iban: ['DE88 3704 0044 0532 0130 00', 'IBAN of AB12', 'XDE89370400440532013000X'],
  ssn: ['000-12-3456', '666-12-3456', '900-12-3456', '123-00-4567', '123-45-0000', '123456789'],
  ip: ['1.2.3', '256.1.1.1', '1.2.3.4.5', 'at 12:30:45', 'std::vector', 'dead::beef', 'a::b'],
  'aws-key': ['AKIA', 'AKIAiosfodnn7example', 'XAKIAIOSFODNN7EXAMPLE'],
  'private-key': ['-----BEGIN CERTIFICATE-----\nMIIE\n-----END CERTIFICATE-----', 'PRIVATE KEY'],
  jwt: ['eyJhbGciOiJIUzI1NiJ9', 'www.example.com/aaaaaaaaaaaa.bbb', 'eyJ.a.b.cccccccccccccccccccc'],
}

describe.each(everyKind)('%s', (kind) => {
  it.each(found[kind])('%j', (text, expected) => {
    expect(redactor({ kinds: [kind] })(text)).toBe(expected)
    expect(clean(text)).toBe(expected)
  })

  it.each(left[kind])('leaves %j', (text) => {
    expect(redactor({ kinds: [kind] })(text)).toBe(text)
  })

  it('takes no more time than its text is long', () => {
    for (const { find } of kinds[kind]) {
      expect(attackOnShort(find.source, find.flags.replace('g', ''))).toBeUndefined()
    }
    const unit = found[kind].map(([text]) => text.slice(0, -2)).join('')
    for (const text of [
      unit.repeat(8_000),
      'eyJ'.repeat(60_000),
      '1'.repeat(200_000),
      '1:'.repeat(99_000),
    ]) {
      const started = performance.now()
      redactor({ kinds: [kind] })(text.slice(0, 200_000))
      expect(performance.now() - started).toBeLessThan(1_500)
    }
  })
})

const pieces = fc.constantFrom(
  ...Object.values(found).flatMap((rows) => rows.flatMap(([text]) => [text, text.slice(3)])),
  ...Object.values(left).flat(),
)
const strange = fc.stringMatching(/^[0-9 .@+:a-f()-]{0,30}$/)
const anyText = fc
  .array(fc.oneof(pieces, strange, fc.string()), { maxLength: 6 })
  .chain((parts) => fc.constantFrom('', ' ', '\n', '-').map((between) => parts.join(between)))

/** Windows of whole groups, looked for otherwise than the finder does. */
function hasCard(text: string): boolean {
  for (const { 0: run } of text.matchAll(/\d+(?:[ -]\d+)*/g)) {
    const groups = run.split(/[ -]/)
    for (let from = 0; from < groups.length; from++) {
      for (let to = from + 1; to <= groups.length; to++) {
        const digits = groups.slice(from, to).join('')
        if (digits.length >= 13 && digits.length <= 19 && passesLuhn(digits)) return true
      }
    }
  }
  return false
}

describe('whatever the text', () => {
  it('what was redacted has nothing more to redact, and no card is left', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const once = clean(text)
        expect(clean(once)).toBe(once)
        expect(hasCard(once)).toBe(false)
      }),
      { numRuns: runs(300, 20_000) },
    )
  })

  it('a card is found wherever it stands, and however it is grouped', () => {
    const card = fc.array(fc.nat(9), { minLength: 12, maxLength: 18 }).map((start) => {
      const digits = start.join('')
      const last = [...'0123456789'].find((digit) => passesLuhn(digits + digit)) ?? ''
      return digits + last
    })
    fc.assert(
      fc.property(card, fc.array(fc.nat(18)), fc.constantFrom(' ', '-'), (digits, cuts, sign) => {
        const grouped = [...digits].map(
          (digit, at) => (cuts.includes(at) && at ? sign : '') + digit,
        )
        expect(redactor({ kinds: ['card'] })(`a ${grouped.join('')}, b`)).toBe('a [card], b')
      }),
      { numRuns: runs(100, 5_000) },
    )
  })
})

const about = {} as About
const address = 'ada@example.org'
const asked: ChatRequest = {
  model: 'm',
  messages: [
    { role: 'system', content: [{ type: 'text', text: address, cache: { ttl: '5m' } }] },
    {
      role: 'user',
      content: [
        { type: 'text', text: address },
        { type: 'image', mediaType: 'image/png', data: 'AAAA' },
        {
          type: 'document',
          mediaType: 'text/plain',
          name: address,
          data: Buffer.from(address).toString('base64'),
        },
        { type: 'document', mediaType: 'application/pdf', data: 'JVBE' },
      ],
    },
    {
      role: 'assistant',
      content: [
        { type: 'thinking', text: address, signature: 's' },
        { type: 'thinking', text: address },
        { type: 'tool-call', id: 't', name: 'n', input: { to: [address, 1, null], [address]: {} } },
      ],
    },
    {
      role: 'user',
      content: [
        {
          type: 'tool-result',
          callId: 't',
          failed: false,
          content: [{ type: 'text', text: address }],
        },
      ],
    },
  ],
  tools: [{ name: 'n', description: address, input: {} }],
  sampling: {},
  stream: false,
}

describe('redact', () => {
  it('reads every text of a request, but for what is signed, tools and names of fields', async () => {
    const { request } = redact({ with: (kind) => `<${kind}>` })
    const made = await request(asked, about)
    const [system, user, assistant, result] = made.messages
    expect(system?.content).toEqual([{ type: 'text', text: '<email>', cache: { ttl: '5m' } }])
    expect(user?.content).toEqual([
      { type: 'text', text: '<email>' },
      { type: 'image', mediaType: 'image/png', data: 'AAAA' },
      {
        ...{ type: 'document', mediaType: 'text/plain', name: '<email>' },
        data: Buffer.from('<email>').toString('base64'),
      },
      { type: 'document', mediaType: 'application/pdf', data: 'JVBE' },
    ])
    expect(assistant?.content).toEqual([
      { type: 'thinking', text: address, signature: 's' },
      { type: 'thinking', text: '<email>' },
      { type: 'tool-call', id: 't', name: 'n', input: { to: ['<email>', 1, null], [address]: {} } },
    ])
    expect(JSON.stringify(result)).toContain('"text":"<email>"')
    expect(made.tools).toEqual(asked.tools)
  })

  it('reads an answer’s texts and what it calls tools with', async () => {
    const { reply } = redact({ kinds: ['email'] })
    const answer: Reply = {
      content: [
        { type: 'text', text: `${address} 192.168.0.1` },
        { type: 'tool-call', id: 't', name: 'n', input: { to: address } },
      ],
      stop: { reason: 'end' },
      usage: noTokens,
    }
    expect((await reply(answer, about)).content).toEqual([
      { type: 'text', text: '[email] 192.168.0.1' },
      { type: 'tool-call', id: 't', name: 'n', input: { to: '[email]' } },
    ])
  })
})
