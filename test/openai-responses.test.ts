/** The Responses dialect: what it understands, what it leaves out with a notice, what it refuses. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { TollgateError } from '../lambda/core/errors.ts'
import type { ChatRequest } from '../lambda/core/request.ts'
import { openaiResponses } from '../lambda/dialects/openai-responses.ts'
import { anyCharacter } from './support/arbitrary.ts'
import { post } from './support/openai-responses.ts'

const asked = { model: 'claude', input: 'Why?' }

function understood(fields: object): { request: ChatRequest; notices: string[] } {
  const notices: string[] = []
  const body = { ...asked, ...fields }
  const request = openaiResponses.parse(post(body), (text) => void notices.push(text))
  return { request, notices }
}

function refusalOf(body: unknown): TollgateError {
  try {
    openaiResponses.parse(post(body), () => {})
  } catch (thrown) {
    if (thrown instanceof TollgateError) return thrown
    throw thrown
  }
  throw new Error(`${JSON.stringify(body)} was understood`)
}

const plain = {
  model: 'claude',
  messages: [{ role: 'user', content: [{ type: 'text', text: 'Why?' }] }],
  tools: [],
  sampling: {},
  stream: false,
}

const weather = { type: 'function', name: 'weather', parameters: { type: 'object' } }
const clock = { type: 'function', name: 'clock' }
const tools = [weather, clock]
const schema = { type: 'object', properties: { a: { type: 'string' } } }
const said = (item: object) => ({ input: [item, { role: 'user', content: 'Why?' }] })
const part = (each: object) => ({ input: [{ role: 'user', content: [each] }] })

describe('a request', () => {
  it('needs a model and an input, and nothing else', () => {
    expect(understood({})).toEqual({ request: plain, notices: [] })
  })

  it.each<[object, Partial<ChatRequest>]>([
    [{ temperature: 0, top_p: 1 }, { sampling: { temperature: 0, topP: 1 } }],
    [{ max_output_tokens: 16 }, { maxTokens: 16 }],
    [{ max_output_tokens: null, temperature: null, tools: null }, {}],
    [{ stream: true, stream_options: { include_obfuscation: false } }, { stream: true }],
    [{ store: false, background: false, truncation: 'disabled', top_logprobs: 0 }, {}],
    [{ include: ['reasoning.encrypted_content'], metadata: { a: 'b' } }, {}],
    [{ instructions: ' ' }, {}],
    [{ reasoning: { effort: 'none' } }, { thinking: { type: 'off' } }],
    [{ reasoning: { effort: 'low' } }, { thinking: { type: 'adaptive', effort: 'low' } }],
    [{ reasoning: { effort: 'xhigh' } }, { thinking: { type: 'adaptive', effort: 'xhigh' } }],
    [{ reasoning: { summary: 'auto', effort: null } }, {}],
    [{ reasoning: {} }, {}],
    [{ text: { format: { type: 'text' }, verbosity: 'medium' } }, {}],
    [{ text: { format: { type: 'json_object' } } }, { output: { type: 'json' } }],
    [
      { text: { format: { type: 'json_schema', name: 'a', schema, strict: true } } },
      { output: { type: 'json-schema', name: 'a', schema } },
    ],
    [
      { text: { format: { type: 'json_schema', name: 'a', description: 'An a.', schema } } },
      { output: { type: 'json-schema', name: 'a', description: 'An a.', schema } },
    ],
    [{ service_tier: 'auto' }, {}],
    [{ service_tier: 'default' }, { serviceTier: 'default' }],
    [{ service_tier: 'flex' }, { serviceTier: 'flex' }],
    [{ service_tier: 'priority' }, { serviceTier: 'priority' }],
    [{ parallel_tool_calls: false }, { parallelTools: false }],
    [{ tools: [], tool_choice: 'auto' }, {}],
    [{ tools: [], tool_choice: 'none' }, {}],
  ])('%j', (fields, expected) => {
    expect(understood(fields)).toEqual({ request: { ...plain, ...expected }, notices: [] })
  })

  it.each([
    ['auto', { type: 'auto' }, 2],
    ['none', { type: 'none' }, 2],
    ['required', { type: 'any' }, 2],
    [{ type: 'function', name: 'clock' }, { type: 'tool', name: 'clock' }, 2],
    [{ type: 'allowed_tools', mode: 'auto', tools: [clock] }, { type: 'auto' }, 1],
    [{ type: 'allowed_tools', mode: 'required', tools: [clock] }, { type: 'any' }, 1],
  ])('chooses tools: %j', (tool_choice, toolChoice, count) => {
    const named = typeof tool_choice === 'object' && 'tools' in tool_choice
    const { request } = understood({ tools, tool_choice })
    expect(request.toolChoice).toEqual(toolChoice)
    expect(request.tools.map(({ name }) => name)).toEqual(named ? ['clock'] : ['weather', 'clock'])
    expect(request.tools).toHaveLength(count)
  })

  it('takes a file that comes as bare base64 for what its name says', () => {
    const file = { type: 'input_file', filename: 'a.PDF', file_data: 'JVBERi0=' }
    expect(understood(part(file)).request.messages[0]?.content).toEqual([
      { type: 'document', mediaType: 'application/pdf', name: 'a.PDF', data: 'JVBERi0=' },
    ])
  })
})

describe('what an assistant said and did', () => {
  const items = [
    { role: 'user', content: 'Why?' },
    { type: 'reasoning', id: 'rs_1', summary: [{ type: 'summary_text', text: 'Hm.' }] },
    { role: 'assistant', content: [{ type: 'refusal', refusal: 'No.' }] },
    { type: 'function_call', call_id: 'c1', name: 'clock', arguments: '' },
    { type: 'function_call', call_id: 'c2', name: 'clock', arguments: '{"a":1}' },
    { type: 'function_call_output', call_id: 'c1', output: 'noon' },
    { type: 'function_call_output', call_id: 'c2', output: [{ type: 'input_text', text: '1' }] },
  ]

  it('is one turn, and so are the results of its tools', () => {
    expect(understood({ input: items }).request.messages).toEqual([
      plain.messages[0],
      {
        role: 'assistant',
        content: [
          { type: 'thinking', text: 'Hm.' },
          { type: 'text', text: 'No.' },
          { type: 'tool-call', id: 'c1', name: 'clock', input: {} },
          { type: 'tool-call', id: 'c2', name: 'clock', input: { a: 1 } },
        ],
      },
      {
        role: 'user',
        content: [result('c1', 'noon'), result('c2', '1')],
      },
    ])
  })

  const result = (callId: string, text: string) => ({
    type: 'tool-result',
    callId,
    content: [{ type: 'text', text }],
    failed: false,
  })

  it('grows with its length alone', () => {
    const many = Array.from({ length: 20_000 }, (_, index) => ({
      type: 'function_call',
      call_id: `c${index}`,
      name: 'clock',
      arguments: '{}',
    }))
    const started = performance.now()
    understood({ input: [...items, ...many] })
    expect(performance.now() - started).toBeLessThan(1000)
  })
})

describe('a custom tool', () => {
  const format = { type: 'grammar', syntax: 'lark', definition: 'start: "x"' }
  const patch = { type: 'custom', name: 'patch', description: 'Patches.', format }

  it('is a function of one string, whose grammar the model is told', () => {
    const { request, notices } = understood({ tools: [patch], tool_choice: { ...named } })
    expect(request.toolChoice).toEqual({ type: 'tool', name: 'patch' })
    expect(request.tools).toMatchObject([
      {
        name: 'patch',
        description: 'Patches.\n\nThe input must match this lark grammar:\nstart: "x"',
        input: { type: 'object', required: ['input'] },
      },
    ])
    expect(notices).toEqual([
      'tools.format: the grammar is described to the model, which is not held to it',
      'tools: a custom tool is sent as a function of one string',
    ])
  })

  const named = { type: 'custom', name: 'patch' }

  it('was called with its text', () => {
    const call = { type: 'custom_tool_call', call_id: 'c1', name: 'patch', input: 'x "y"' }
    const output = { type: 'custom_tool_call_output', call_id: 'c1', output: 'done' }
    const { request } = understood({ input: [call, output] })
    expect(request.messages[0]?.content).toEqual([
      { type: 'tool-call', id: 'c1', name: 'patch', input: { input: 'x "y"' } },
    ])
    expect(request.messages[1]?.content[0]).toMatchObject({ type: 'tool-result', callId: 'c1' })
  })
})

describe('what is left out is told', () => {
  it.each<[object, string]>([
    [{ store: true }, 'store: left out; this gateway stores nothing'],
    [{ truncation: 'auto' }, 'truncation: left out'],
    [{ max_tool_calls: 3 }, 'max_tool_calls: left out'],
    [{ user: 'ada' }, 'user: left out'],
    [{ safety_identifier: 'ada' }, 'safety_identifier: left out'],
    [{ client_metadata: { a: 'b' } }, 'client_metadata: left out'],
    [{ prompt_cache_key: 'k' }, 'prompt_cache_key: left out'],
    [{ prompt_cache_retention: '24h' }, 'prompt_cache_retention: left out'],
    [{ service_tier: 'scale' }, 'service_tier: scale is left out'],
    [{ stream_options: { include_obfuscation: true } }, 'include_obfuscation: left out'],
    [{ include: ['web_search_call.action.sources'] }, 'include: left out'],
    [{ reasoning: { effort: 'minimal' } }, 'reasoning.effort: minimal is sent as low'],
    [{ reasoning: { summary: 'detailed' } }, 'reasoning.summary: left out'],
    [{ reasoning: { mode: 'pro' } }, 'reasoning.mode: left out'],
    [{ reasoning: { context: 'all_turns' } }, 'reasoning.context: left out'],
    [{ prompt_cache_options: { mode: 'implicit' } }, 'prompt_cache_options: left out'],
    [{ tools: [{ ...clock, output_schema: {} }] }, 'tools.output_schema: left out'],
    [{ text: { verbosity: 'low' } }, 'text.verbosity: left out'],
    [{ tools: [{ ...clock, strict: true }] }, 'tools.strict: left out'],
    [said({ role: 'assistant', content: 'Hi.', phase: 'commentary' }), 'input.phase: left out'],
    [said({ type: 'reasoning', summary: [], encrypted_content: 'gAAA' }), 'another service wrote'],
    [said({ type: 'reasoning', id: 'rs_1', summary: [] }), 'without content is left out'],
  ])('%j', (fields, notice) => {
    const { notices } = understood(fields)
    expect(notices).toHaveLength(1)
    expect(notices[0]).toContain(notice)
  })
})

const tool = (type: string) => ({ tools: [{ type }] })

describe('what is refused is named', () => {
  it.each<[object, string, string]>([
    [{ previous_response_id: 'resp_1' }, 'previous_response_id', 'stores nothing'],
    [{ conversation: { id: 'conv_1' } }, 'conversation', 'stores nothing'],
    [{ background: true }, 'background', 'stores nothing'],
    [{ prompt: { id: 'pmpt_1' } }, 'prompt', 'stored prompt'],
    [{ context_management: [] }, 'context_management', 'compacts'],
    [{ moderation: { model: 'm' } }, 'moderation', 'guard'],
    [{ top_logprobs: 3 }, 'top_logprobs', 'no log probabilities'],
    [{ include: ['message.output_text.logprobs'] }, 'include[0]', 'no log probabilities'],
    [{ api_base: 'http://evil' }, 'api_base', 'is not a field here'],
    [tool('web_search'), 'tools[0].type', "'web_search' runs on a server"],
    [tool('web_search_preview'), 'tools[0].type', 'runs on a server'],
    [tool('file_search'), 'tools[0].type', 'runs on a server'],
    [tool('code_interpreter'), 'tools[0].type', 'runs on a server'],
    [tool('image_generation'), 'tools[0].type', 'runs on a server'],
    [tool('mcp'), 'tools[0].type', 'runs on a server'],
    [tool('computer_use_preview'), 'tools[0].type', 'models of OpenAI only'],
    [tool('local_shell'), 'tools[0].type', 'models of OpenAI only'],
    [tool('namespace'), 'tools[0].type', 'groups tools'],
    [{ tools: [{ ...clock, defer_loading: true }] }, 'tools[0].defer_loading', 'tool_search'],
    [{ tools: [{ ...clock, async: true }] }, 'tools[0].async', 'wait for a tool'],
    [{ tools: [{ ...clock, allowed_callers: ['programmatic'] }] }, 'tools[0].allowed_callers', ''],
    [{ tools: [{ ...clock, x: 1 }] }, 'tools[0].x', 'is not a field here'],
    [
      said({ type: 'function_call', call_id: 'c', name: 'a', namespace: 'crm' }),
      'input[0].namespace',
      'groups tools',
    ],
    [{ tool_choice: { type: 'mcp', server_label: 'a' } }, 'tool_choice.type', 'on a server'],
    [{ tools: [], tool_choice: 'required' }, 'tool_choice', 'there are none'],
    [said({ type: 'item_reference', id: 'm' }), 'input[0].type', 'stores nothing'],
    [said({ id: 'm' }), 'input[0].id', 'stores nothing'],
    [said({ type: 'compaction', encrypted_content: 'x' }), 'input[0].type', 'wrote it'],
    [part({ type: 'input_file', file_id: 'f' }), 'input[0].content[0].file_id', 'keeps no files'],
    [
      part({ type: 'input_file', file_url: 'https://a/b.pdf' }),
      'input[0].content[0].file_url',
      'never fetches',
    ],
    [
      part({ type: 'input_image', image_url: 'http://169.254.169.254/a.png' }),
      'input[0].content[0].image_url',
      'never fetches',
    ],
    [part({ type: 'input_audio' }), 'input[0].content[0].type', 'no sound'],
    [
      said({ role: 'system', content: [{ type: 'input_image', image_url: 'x' }] }),
      'input[0].content[0].type',
      'for messages of the user',
    ],
  ])('%j', (fields, param, why) => {
    const error = refusalOf({ ...asked, ...fields })
    expect(error).toMatchObject({ code: 'unsupported_parameter', param, status: 400 })
    expect(error.message).toContain(why)
  })

  it.each<[unknown, string | undefined, string]>([
    [[], undefined, 'needs a JSON object'],
    [null, undefined, 'needs a JSON object'],
    [{ input: 'x' }, 'model', 'is missing'],
    [{ model: 'claude' }, 'input', 'is missing'],
    [{ model: 'claude', instructions: 'Be brief.' }, 'input', 'is missing'],
    [{ model: 7, input: 'x' }, 'model', 'got 7'],
    [{ ...asked, input: 7 }, 'input', 'a string or a list of items'],
    [{ ...asked, input: [] }, 'input', 'something to answer'],
    [{ ...asked, input: ' ' }, 'input', 'something to answer'],
    [{ ...asked, input: ['x'] }, 'input[0]', 'an object'],
    [{ ...asked, input: [{ type: 'x' }] }, 'input[0].type', 'one of message, function_call'],
    [{ ...asked, input: [{ role: 'tool', content: '' }] }, 'input[0].role', 'one of user'],
    [{ ...asked, max_output_tokens: 0 }, 'max_output_tokens', 'at least 1'],
    [{ ...asked, temperature: 3 }, 'temperature', 'from 0 to 2'],
    [{ ...asked, reasoning: { effort: 'huge' } }, 'reasoning.effort', 'one of none, minimal'],
    [{ ...asked, text: { format: { type: 'xml' } } }, 'text.format.type', 'one of text'],
    [{ ...asked, text: { format: { type: 'json_schema', name: 'a' } } }, 'text.format.schema', ''],
    [
      { ...asked, tools, tool_choice: { type: 'function', name: 'x' } },
      'tool_choice.name',
      'clock',
    ],
    [{ ...asked, ...said({ type: 'function_call', name: 'a' }) }, 'input[0].call_id', 'missing'],
    [
      { ...asked, ...said({ type: 'function_call', name: 'a', call_id: 'c', arguments: '[1' }) },
      'input[0].arguments',
      'a JSON object, written as a string',
    ],
    [
      { ...asked, ...said({ type: 'reasoning', summary: [], encrypted_content: 'tollgate1.x' }) },
      'input[0].encrypted_content',
      'unchanged',
    ],
  ])('%j', (body, param, why) => {
    const error = refusalOf(body)
    expect(error).toMatchObject({ code: 'invalid_body', param, status: 400 })
    expect(error.message).toContain(why)
  })

  const names = [
    ...['model', 'input', 'tools', 'tool_choice', 'text', 'reasoning', 'include', 'type', 'role'],
    ...['content', 'name', 'arguments', 'call_id', 'output', 'summary', 'encrypted_content'],
    ...['format', 'schema', 'parameters', 'image_url', 'file_data', 'mode', '__proto__'],
  ]
  const word = fc.constantFrom(
    ...['message', 'function', 'function_call', 'function_call_output', 'reasoning', 'custom'],
    ...['user', 'assistant', 'input_text', 'input_image', 'input_file', 'json_schema', 'auto'],
    ...['allowed_tools', 'custom_tool_call', 'tollgate1.e30', 'data:image/png;base64,AAAA', '{}'],
  )
  const { value: anything } = fc.letrec((tie) => ({
    value: fc.oneof(
      { maxDepth: 4, withCrossShrink: true },
      fc.oneof(word, fc.jsonValue({ stringUnit: anyCharacter, maxDepth: 1 })),
      fc.array(tie('value'), { maxLength: 3 }),
      fc.dictionary(fc.constantFrom(...names), tie('value'), { maxKeys: 4 }),
    ),
  }))

  it('is all that is not understood, whatever JSON it is', () => {
    const bodies = fc.oneof(
      fc.jsonValue({ stringUnit: anyCharacter }),
      anything,
      anything.map((input) => ({ model: 'claude', input: [input] })),
      fc.dictionary(fc.constantFrom(...names), anything).map((more) => ({ ...asked, ...more })),
    )
    fc.assert(
      fc.property(bodies, (body) => {
        try {
          const request = openaiResponses.parse(post(body), () => {})
          expect(request.messages.length).toBeGreaterThan(0)
        } catch (thrown) {
          expect(thrown).toBeInstanceOf(TollgateError)
          expect((thrown as TollgateError).status).toBe(400)
        }
      }),
      { numRuns: 1000 },
    )
  })
})
