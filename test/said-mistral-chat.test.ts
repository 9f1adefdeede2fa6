/** A caller's own Mistral body is read in Mistral's words, and still in the ones it shares with OpenAI. */
import { describe, expect, it } from 'vitest'
import { mistralChat } from '../lambda/bodies/mistral-chat.ts'
import { openaiChat } from '../lambda/bodies/openai-chat.ts'
import type { FittedRequest } from '../lambda/core/request.ts'
import { modelById } from '../lambda/models/index.ts'

const pixtral = modelById.get('mistral.pixtral-large-2502-v1:0')
if (pixtral === undefined) throw new Error('The catalogue lost Pixtral Large.')
const tool = { type: 'function', function: { name: 'f', parameters: { type: 'object' } } }
const asked = { messages: [{ role: 'user', content: 'Hi' }], max_tokens: 9 }
const parse = (body: object) => mistralChat.parse?.(body)

describe('tool_choice of a Mistral body', () => {
  it.each([
    ['any', { type: 'any' }],
    ['required', { type: 'any' }],
    ['auto', { type: 'auto' }],
    ['none', { type: 'none' }],
  ])('%s', (word, toolChoice) => {
    expect(parse({ ...asked, tools: [tool], tool_choice: word })).toMatchObject({ toolChoice })
  })

  it('is read as it is written', () => {
    const said = parse({ ...asked, tools: [tool], tool_choice: 'any' })
    if (said === undefined) throw new Error('The body has no reader.')
    const request = { ...said, model: 'x', stream: false, maxTokens: 9 }
    const built = mistralChat.build(request as FittedRequest, pixtral, () => {})
    expect(built).toMatchObject({ tool_choice: 'any' })
  })

  it('forces nothing where there are no tools', () => {
    const refusal = { status: 400, param: 'tool_choice', message: expect.stringContaining('any') }
    for (const tools of [undefined, []]) {
      expect(() => parse({ ...asked, tools, tool_choice: 'any' })).toThrow(
        expect.objectContaining(refusal),
      )
    }
  })

  it('is Mistral’s word alone', () => {
    const body = { ...asked, tools: [tool], tool_choice: 'any' }
    expect(() => openaiChat.parse?.(body)).toThrow(/tool_choice/)
  })
})
