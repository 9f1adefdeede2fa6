/** Images and files in an OpenAI chat request, and whatever else its JSON may be. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { TollgateError } from '../lambda/core/errors.ts'
import { anyCharacter } from './support/arbitrary.ts'
import { runs } from './support/effort.ts'
import { file, hello, image, messagesOf, png, text, user } from './support/openai-bodies.ts'
import { refusalOf, understood } from './support/openai-chat.ts'

describe('images and documents', () => {
  it('come as data URLs, mended where they have one meaning', () => {
    const wrapped = `data:image/png;base64,${png.slice(0, 40)}\n${png.slice(40)}`
    const unpadded = `data:image/png;charset=binary;base64,${png.replaceAll('=', '')}`
    for (const part of [
      image(wrapped),
      image(unpadded),
      { type: 'image_url', image_url: wrapped },
    ]) {
      expect(messagesOf(user(part))[0]?.content).toEqual([
        { type: 'image', mediaType: 'image/png', data: png },
      ])
    }
  })

  it('are what their bytes say, whatever the label', () => {
    const { request, notices } = understood(user(image(`data:image/jpeg;base64,${png}`)))
    expect(request.messages[0]?.content[0]).toMatchObject({ mediaType: 'image/png' })
    expect(notices).toEqual([
      'messages.content.image_url.url: said image/jpeg; sent as the image/png it is',
    ])
  })

  it('may be files, by their label or the ending of their name', () => {
    const pdf = 'JVBERi0='
    expect(
      messagesOf(user(file({ file_data: `data:application/pdf;base64,${pdf}` })))[0]?.content,
    ).toEqual([{ type: 'document', mediaType: 'application/pdf', data: pdf }])
    expect(messagesOf(user(file({ file_data: pdf, filename: 'a.pdf' })))[0]?.content).toEqual([
      { type: 'document', mediaType: 'application/pdf', name: 'a.pdf', data: pdf },
    ])
    expect(
      messagesOf(user(file({ file_data: `data:image/png;base64,${png}` })))[0]?.content,
    ).toEqual([{ type: 'image', mediaType: 'image/png', data: png }])
  })

  const url = 'messages[0].content[0].image_url.url'
  const data = 'messages[0].content[0].file.file_data'
  it.each<[unknown, string, string]>([
    [image('http://169.254.169.254/latest'), url, 'the gateway never fetches'],
    [image('HTTPS://example.com/a.png'), url, 'the gateway never fetches'],
    [image('file:///etc/passwd'), url, 'needs a data URL'],
    [image('data:image/png,abc'), url, 'needs a data URL'],
    [image(`data:text/plain;base64,${png}`), url, 'needs a PNG, JPEG, GIF or WebP image'],
    [image('data:image/svg+xml;base64,PHN2Zz4='), url, 'needs a PNG'],
    [image('data:image/png;base64,'), url, 'needs base64'],
    [image('data:image/png;base64,a_b-'), url, 'needs base64'],
    [image('data:image/png;base64,abcde'), url, 'needs base64'],
    [{ type: 'image_url', image_url: {} }, url, 'is missing'],
    [{ type: 'image_url' }, 'messages[0].content[0].image_url', 'is missing'],
    [file({ file_id: 'file-1' }), 'messages[0].content[0].file.file_id', 'keeps no files'],
    [file({}), data, 'is missing'],
    [file({ file_data: 'https://example.com/a.pdf' }), data, 'never fetches'],
    [file({ file_data: 'JVBERi0=' }), data, 'got bare base64, needs a document of one of'],
    [
      file({ file_data: 'data:application/pdf;base64,AAAA' }),
      data,
      'application/pdf of other bytes',
    ],
    [file({ file_data: 'data:video/mp4;base64,AAAA' }), data, 'got video/mp4'],
  ])('are refused by name: %j', (part, param, message) => {
    const error = refusalOf(user(part))
    expect(error).toMatchObject({ param, status: 400 })
    expect(error.message).toContain(message)
  })
})

describe('whatever JSON it is', () => {
  const words = [
    'system',
    'user',
    'assistant',
    'tool',
    'text',
    'image_url',
    'file',
    'function',
    'auto',
    'c-1',
    'data:image/png;base64,AAAA',
    '{}',
    '',
  ]
  const names = [
    'type',
    'role',
    'content',
    'text',
    'image_url',
    'url',
    'file',
    'file_data',
    'tool_calls',
    'tool_call_id',
    'id',
    'function',
    'name',
    'arguments',
    'parameters',
    'cache_control',
    'thinking_blocks',
    'refusal',
  ]
  const fields = [
    'model',
    'messages',
    'tools',
    'tool_choice',
    'response_format',
    'thinking',
    'stop',
    'stream_options',
    'n',
    'metadata',
    'max_tokens',
  ]
  const { value } = fc.letrec<{ value: unknown }>((tie) => ({
    value: fc.oneof(
      { depthSize: 'small' },
      fc.constantFrom<unknown>(...words, null, true, 0, 1, -1, 0.5),
      fc.array(tie('value'), { maxLength: 3 }),
      fc.dictionary(fc.constantFrom(...names), tie('value'), { maxKeys: 4 }),
    ),
  }))
  const message = fc.dictionary(fc.constantFrom(...names), value, { maxKeys: 5 })
  const body = fc.oneof(
    fc.jsonValue({ stringUnit: anyCharacter }),
    fc.dictionary(fc.constantFrom(...fields), value),
    fc.record({
      model: fc.constant('chat'),
      messages: fc.array(fc.oneof(message, fc.constant(hello)), { maxLength: 4 }),
    }),
  )

  it('is understood, or refused with 400', () => {
    fc.assert(
      fc.property(body, (any) => {
        try {
          expect(understood(any).request.messages.length).toBeGreaterThan(0)
        } catch (thrown) {
          expect(thrown).toBeInstanceOf(TollgateError)
          expect((thrown as TollgateError).status).toBe(400)
        }
      }),
      { numRuns: runs(1000, 20_000) },
    )
  })

  it('is read in a time that grows with its length', () => {
    const long = (count: number) =>
      user(
        text('a'.repeat(count)),
        image(`data:image/png;base64,${png}${'A'.repeat(count - (count % 4))}`.replace('==', 'AA')),
      )
    const started = performance.now()
    understood(long(2_000_000))
    expect(performance.now() - started).toBeLessThan(500)
  })
})
