/** What fields an OpenAI chat request may have: understood, told as lost, or refused by name. */
import { describe, expect, it } from 'vitest'
import { asking, clock, hello, text } from './support/openai-bodies.ts'
import { refusalOf, understood } from './support/openai-chat.ts'

describe('fields of the request', () => {
  it.each<[object, object]>([
    [{}, { tools: [], sampling: {}, stream: false }],
    [
      { temperature: 0, top_p: 1, seed: -3, top_k: 5 },
      { sampling: { temperature: 0, topP: 1, seed: -3, topK: 5 } },
    ],
    [{ stop: 'a' }, { sampling: { stop: ['a'] } }],
    [{ stop: [] }, { sampling: { stop: [] } }],
    [{ stop: ['a', 'b', 'c', 'd'] }, { sampling: { stop: ['a', 'b', 'c', 'd'] } }],
    [{ max_tokens: 5 }, { maxTokens: 5 }],
    [{ max_completion_tokens: 6, max_tokens: 6 }, { maxTokens: 6 }],
    [
      { stream: true, stream_options: { include_usage: true, include_obfuscation: false } },
      { stream: true },
    ],
    [{ reasoning_effort: 'none' }, { thinking: { type: 'off' } }],
    [{ reasoning_effort: 'high' }, { thinking: { type: 'adaptive', effort: 'high' } }],
    [{ reasoning_effort: 'xhigh' }, { thinking: { type: 'adaptive', effort: 'xhigh' } }],
    [
      { thinking: { type: 'enabled', budget_tokens: 2048 } },
      { thinking: { type: 'budget', tokens: 2048 } },
    ],
    [{ thinking: { type: 'adaptive' } }, { thinking: { type: 'adaptive' } }],
    [{ response_format: { type: 'text' } }, {}],
    [{ response_format: { type: 'json_object' } }, { output: { type: 'json' } }],
    [
      {
        response_format: {
          type: 'json_schema',
          json_schema: { name: 'n', strict: true, schema: { type: 'object' } },
        },
      },
      { output: { type: 'json-schema', name: 'n', schema: { type: 'object' } } },
    ],
    [{ service_tier: 'auto' }, {}],
    [{ service_tier: 'flex' }, { serviceTier: 'flex' }],
    [{ service_tier: 'fast' }, { serviceTier: 'priority' }],
    [
      { tools: [clock], tool_choice: 'required', parallel_tool_calls: false },
      { toolChoice: { type: 'any' }, parallelTools: false },
    ],
    [
      { tools: [clock], tool_choice: { type: 'function', function: { name: 'clock' } } },
      { toolChoice: { type: 'tool', name: 'clock' } },
    ],
    [{ tools: [], tool_choice: 'none', parallel_tool_calls: true }, { tools: [] }],
    [{ user: 'ada', metadata: { a: 'b' }, safety_identifier: 'x', prompt_cache_key: 'y' }, {}],
    [
      {
        n: 1,
        logprobs: false,
        top_logprobs: 0,
        logit_bias: {},
        frequency_penalty: 0,
        store: false,
        verbosity: 'medium',
        modalities: ['text'],
      },
      {},
    ],
    [
      {
        temperature: null,
        stop: null,
        tools: null,
        response_format: null,
        functions: null,
        unheard_of: null,
      },
      {},
    ],
  ])('%j', (fields, expected) => {
    const { request, notices } = understood(asking(fields))
    const plain = {
      model: 'chat',
      messages: [{ role: 'user', content: [text('Hello.')] }],
      tools: [],
      sampling: {},
      stream: false,
    }
    const { tools, ...rest } = request
    expect({ ...rest, tools: 'tools' in expected ? tools : [] }).toStrictEqual({
      ...plain,
      ...expected,
    })
    expect(notices).toEqual([])
  })

  it.each<[object, string]>([
    [{ frequency_penalty: 0.5 }, 'frequency_penalty: left out; models here take no penalties'],
    [{ presence_penalty: -1 }, 'presence_penalty: left out'],
    [
      { max_tokens: 5, max_completion_tokens: 6 },
      'max_tokens: left out; max_completion_tokens says 6',
    ],
    [{ reasoning_effort: 'minimal' }, 'reasoning_effort: minimal is taken as low'],
    [{ reasoning_effort: 'low', thinking: { type: 'disabled' } }, 'reasoning_effort: left out'],
    [{ store: true }, 'store: left out; the gateway keeps no completions'],
    [{ verbosity: 'low' }, 'verbosity: left out'],
    [{ service_tier: 'scale' }, 'service_tier: left out'],
    [{ prompt_cache_retention: '24h' }, 'prompt_cache_retention: left out'],
    [{ prompt_cache_options: { mode: 'explicit' } }, 'prompt_cache_options: left out'],
    [
      { tools: [{ type: 'function', function: { name: 'a', strict: true } }] },
      'tools.function.strict: left out',
    ],
  ])('a preference that is lost is told: %j', (fields, notice) => {
    const { notices } = understood(asking(fields))
    expect(notices).toEqual([expect.stringContaining(notice)])
  })

  it.each<[object, 'unsupported_parameter' | 'invalid_body', string, string]>([
    [{ n: 2 }, 'unsupported_parameter', 'n', 'one answer a request'],
    [{ logprobs: true }, 'unsupported_parameter', 'logprobs', 'no probabilities'],
    [{ top_logprobs: 3 }, 'unsupported_parameter', 'top_logprobs', 'no probabilities'],
    [{ logit_bias: { 5: 1 } }, 'unsupported_parameter', 'logit_bias', 'no bias'],
    [{ modalities: ['text', 'audio'] }, 'unsupported_parameter', 'modalities', "send ['text']"],
    [{ audio: { voice: 'x' } }, 'unsupported_parameter', 'audio', 'answer in text'],
    [{ prediction: {} }, 'unsupported_parameter', 'prediction', 'no predicted answer'],
    [{ web_search_options: {} }, 'unsupported_parameter', 'web_search_options', 'send a tool'],
    [{ moderation: {} }, 'unsupported_parameter', 'moderation', 'its own guards'],
    [{ functions: [] }, 'unsupported_parameter', 'functions', 'send tools'],
    [{ function_call: 'auto' }, 'unsupported_parameter', 'function_call', 'send tool_choice'],
    [
      { api_base: 'http://evil' },
      'unsupported_parameter',
      'api_base',
      'is not a field here, which takes model, messages,',
    ],
    [JSON.parse('{"__proto__": {"a": 1}}'), 'unsupported_parameter', '__proto__', 'is not a field'],
    [{ toString: 1 }, 'unsupported_parameter', 'toString', 'is not a field'],
    [
      { stream_options: { usage: true } },
      'unsupported_parameter',
      'stream_options.usage',
      'is not a field',
    ],
    [{ temperature: 3 }, 'invalid_body', 'temperature', 'got 3, needs a number from 0 to 2.'],
    [{ temperature: '1' }, 'invalid_body', 'temperature', 'got "1"'],
    [{ max_tokens: 0 }, 'invalid_body', 'max_tokens', 'needs a whole number of at least 1.'],
    [{ frequency_penalty: 3 }, 'invalid_body', 'frequency_penalty', 'from -2 to 2'],
    [{ seed: 1.5 }, 'invalid_body', 'seed', 'needs a whole number.'],
    [{ stop: ['a', 'b', 'c', 'd', 'e'] }, 'invalid_body', 'stop', 'got 5 items, needs at most 4.'],
    [{ stop: ['a', ''] }, 'invalid_body', 'stop[1]', 'non-empty'],
    [{ stop: 7 }, 'invalid_body', 'stop', 'got 7, needs a non-empty string'],
    [{ stream: 'yes' }, 'invalid_body', 'stream', 'needs true or false'],
    [{ reasoning_effort: 'huge' }, 'invalid_body', 'reasoning_effort', 'one of none, minimal, low'],
    [{ service_tier: 'gold' }, 'invalid_body', 'service_tier', 'one of auto, default'],
    [
      { response_format: { type: 'xml' } },
      'invalid_body',
      'response_format.type',
      'one of text, json_object, json_schema',
    ],
    [
      { response_format: { type: 'json_schema' } },
      'invalid_body',
      'response_format.json_schema.name',
      'is missing',
    ],
    [
      { response_format: { type: 'json_schema', json_schema: { name: 'n' } } },
      'invalid_body',
      'response_format.json_schema.schema',
      'needs a JSON Schema',
    ],
    [{ thinking: { type: 'enabled' } }, 'invalid_body', 'thinking.budget_tokens', 'is missing'],
    [
      { tools: [{ type: 'custom', custom: { name: 'a' } }] },
      'unsupported_parameter',
      'tools[0].type',
      "'custom' cannot be carried",
    ],
    [
      { tools: [{ type: 'function', function: { name: 'a b' } }] },
      'invalid_body',
      'tools[0].function.name',
      '1 to 64 letters',
    ],
    [{ tools: [{ type: 'function' }] }, 'invalid_body', 'tools[0].function.name', 'is missing'],
    [{ tools: [clock, clock] }, 'invalid_body', 'tools[1].function.name', 'no other tool has'],
    [{ tools: Array(129).fill(clock) }, 'invalid_body', 'tools', 'needs at most 128'],
    [
      { tools: [{ type: 'function', function: { name: 'a', parameters: { type: 'string' } } }] },
      'invalid_body',
      'tools[0].function.parameters.type',
      "needs 'object'",
    ],
    [{ tool_choice: 'required' }, 'invalid_body', 'tool_choice', 'needs tools to choose from'],
    [
      { tools: [clock], tool_choice: 'any' },
      'invalid_body',
      'tool_choice',
      'one of auto, none, required',
    ],
    [
      { tools: [clock], tool_choice: { type: 'function', function: { name: 'x' } } },
      'invalid_body',
      'tool_choice',
      'one of the tools',
    ],
    [
      { tools: [clock], tool_choice: { type: 'allowed_tools', allowed_tools: {} } },
      'unsupported_parameter',
      'tool_choice.type',
      'only those that may be called',
    ],
  ])('is refused by name: %j', (fields, code, param, message) => {
    const error = refusalOf({ ...asking({}), ...fields })
    expect(error).toMatchObject({ code, param, status: 400 })
    expect(error.message).toContain(`${param}: `)
    expect(error.message).toContain(message)
  })

  it.each<[unknown, string | undefined, string]>([
    [[], undefined, 'The body is a list, needs a JSON object.'],
    ['hello', undefined, 'The body is a string'],
    [null, undefined, 'The body is null'],
    [{ messages: [hello] }, 'model', 'model: is missing'],
    [{ model: 'chat' }, 'messages', 'messages: is missing, needs a list of messages.'],
    [{ model: 7, messages: [hello] }, 'model', 'model: got 7, needs a non-empty string.'],
  ])('needs a model and messages: %j', (body, param, message) => {
    const error = refusalOf(body)
    expect(error).toMatchObject({ code: 'invalid_body', param })
    expect(error.message).toContain(message)
  })
})

describe('tools', () => {
  it('may have no parameters, no type and no description', () => {
    const define = (rest: object) => ({ type: 'function', function: { name: 'a', ...rest } })
    const toolOf = (rest: object) => understood(asking({ tools: [define(rest)] })).request.tools[0]
    const bare = { name: 'a', input: { type: 'object', properties: {} } }
    expect(toolOf({})).toStrictEqual(bare)
    expect(toolOf({ description: '', parameters: {}, strict: false })).toStrictEqual(bare)
    expect(toolOf({ parameters: null })).toStrictEqual(bare)
    expect(toolOf({ description: 'A.', parameters: { properties: { b: {} } } })).toStrictEqual({
      name: 'a',
      description: 'A.',
      input: { type: 'object', properties: { b: {} } },
    })
  })
})
