/** Kong's template semantics, case by case, and what goes beyond them; a value is text whatever it says. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Json, JsonObject } from '../lambda/core/conversation.ts'
import type { Dialect, HttpRequest } from '../lambda/core/dialect.ts'
import { TollgateError } from '../lambda/core/errors.ts'
import { openaiChat } from '../lambda/dialects/openai-chat.ts'
import { question } from '../lambda/dialects/question.ts'
import { compiled } from '../lambda/templates/compile.ts'
import { openTemplates } from '../lambda/templates/index.ts'
import { checkConfig } from '../lib/gateway-config.ts'
import { runs } from './support/effort.ts'

const templates = {
  sum: '{"messages": [{"role": "system", "content": "You sum up {{what}}."}, {"role": "user", "content": "In {{n_1}} words: {{what}}"}], "temperature": 0.2}',
  greet: { model: 'nova', messages: [{ role: 'user', content: 'Say hello.' }], max_tokens: 20 },
}
const rendered = openTemplates(templates)

const notices: string[] = []
function render(
  dialect: Dialect,
  body: unknown,
  pathParameters: HttpRequest['pathParameters'] = {},
) {
  notices.length = 0
  const route = dialect.routes[0] ?? { method: 'POST', path: '/' }
  const http = { route, pathParameters, query: {}, headers: {}, body, text: JSON.stringify(body) }
  return rendered(dialect, http, (text) => void notices.push(text))
}

function refusalOf(dialect: Dialect, body: unknown): TollgateError {
  try {
    render(dialect, body)
  } catch (thrown) {
    if (thrown instanceof TollgateError) return thrown
    throw thrown
  }
  throw new Error('It was not refused.')
}

const properties = { what: 'a book', n_1: 'ten' }
const summed = {
  messages: [
    { role: 'system', content: 'You sum up a book.' },
    { role: 'user', content: 'In ten words: a book' },
  ],
  temperature: 0.2,
}

describe('a template takes the place of the whole body', () => {
  const messages = '{template://sum}'
  it.each<[string, Dialect, JsonObject, JsonObject]>([
    ['Kong’s form', openaiChat, { messages, properties }, summed],
    ['ours', question, { template: 'sum', variables: properties }, summed],
    [
      'more properties than places',
      openaiChat,
      { messages, properties: { ...properties, x: 'y' } },
      summed,
    ],
    [
      'the caller’s model, where it names none',
      openaiChat,
      { messages, properties, model: 'claude' },
      { ...summed, model: 'claude' },
    ],
    [
      'its own, where it names one',
      openaiChat,
      { messages: '{template://greet}', model: 'claude' },
      templates.greet,
    ],
    ['nothing to fill', question, { template: 'greet' }, templates.greet],
    [
      'how the answer comes',
      openaiChat,
      { messages: '{template://greet}', stream: true, stream_options: { include_usage: true } },
      { ...templates.greet, stream: true, stream_options: { include_usage: true } },
    ],
    [
      'a value that is a place itself',
      openaiChat,
      { messages, properties: { what: '{{n_1}} {{no}}', n_1: '1' } },
      {
        messages: [
          { role: 'system', content: 'You sum up {{n_1}} {{no}}.' },
          { role: 'user', content: 'In 1 words: {{n_1}} {{no}}' },
        ],
        temperature: 0.2,
      },
    ],
    [
      'a value with words of replacement',
      openaiChat,
      { messages, properties: { what: "$& $1 $'", n_1: '' } },
      {
        messages: [
          { role: 'system', content: "You sum up $& $1 $'." },
          { role: 'user', content: "In  words: $& $1 $'" },
        ],
        temperature: 0.2,
      },
    ],
  ])('%s', (_, dialect, body, made) => {
    const http = render(dialect, body)
    expect(http.body).toEqual(made)
    expect(JSON.parse(http.text)).toEqual(made)
    expect(http.template).toBe('properties' in body || 'variables' in body ? 'sum' : 'greet')
  })

  it('tells a caller whose model is not asked', () => {
    render(openaiChat, { messages: '{template://greet}', model: 'claude' })
    expect(notices).toEqual(["model: left out; the template 'greet' names nova"])
    const { pathParameters, body } = render(
      openaiChat,
      { messages: '{template://greet}' },
      { model: 'claude' },
    )
    expect(pathParameters).toEqual({})
    expect(body).toMatchObject({ model: 'nova' })
    expect(notices).toHaveLength(1)
    expect(
      render(openaiChat, { messages: '{template://sum}', properties }, { model: 'claude' })
        .pathParameters,
    ).toEqual({ model: 'claude' })
    expect(notices).toEqual([])
  })

  it.each<[string, Dialect, unknown]>([
    ['messages', openaiChat, { messages: [{ role: 'user', content: '{template://sum}' }] }],
    ['a text that does not begin as a reference', openaiChat, { messages: ' {template://sum}' }],
    ['a text that does not end as one', openaiChat, { messages: '{template://sum} please' }],
    ['a question', question, { question: '{template://sum}' }],
    ['no body', question, null],
    ['a list', openaiChat, []],
  ])('%s is left as it is', (_, dialect, body) => {
    const http = render(dialect, body)
    expect(http.body).toBe(body)
    expect(http.template).toBeUndefined()
  })
})

/** Kong's words stand first; what would have worked comes after them. */
describe('each of Kong’s refusals is told', () => {
  const messages = '{template://sum}'
  it.each<[Dialect, unknown, string, string]>([
    [
      openaiChat,
      { messages, prompt: messages },
      'prompt',
      "cannot run 'messages' and 'prompt' templates at the same time: leave prompt out.",
    ],
    [
      openaiChat,
      { messages: [], prompt: messages },
      'prompt',
      "cannot run 'messages' and 'prompt' templates at the same time: leave prompt out.",
    ],
    [
      openaiChat,
      { prompt: messages, properties },
      'prompt',
      "only the 'llm/v1/chat' format is supported for templating here: send the reference as messages.",
    ],
    [
      openaiChat,
      { messages: '{template://summ}' },
      'messages',
      "could not find template name [summ]: there are sum, greet. Did you mean 'sum'?",
    ],
    [
      openaiChat,
      { messages: '{template://}' },
      'messages',
      'could not find template name []: there are sum, greet.',
    ],
    [
      openaiChat,
      { messages: '{template://__proto__}' },
      'messages',
      'could not find template name [__proto__]: there are sum, greet.',
    ],
    [
      question,
      { template: 'gret' },
      'template',
      "could not find template name [gret]: there are sum, greet. Did you mean 'greet'?",
    ],
    [question, { template: 5 }, 'template', 'template: got 5, needs the name of a template.'],
    [openaiChat, { messages }, 'properties', 'missing template parameters: [what], [n_1]'],
    [
      openaiChat,
      { messages, properties: { n_1: '' } },
      'properties',
      'missing template parameters: [what]',
    ],
    [
      question,
      { template: 'sum', variables: { what: 'x' } },
      'variables',
      'missing template parameters: [n_1]',
    ],
    [
      openaiChat,
      { messages, properties: 'x' },
      'properties',
      'properties must be an object, got string',
    ],
    [
      openaiChat,
      { messages, properties: ['x'] },
      'properties',
      'properties must be an object, got list',
    ],
    [
      openaiChat,
      { messages, properties: null },
      'properties',
      'missing template parameters: [what], [n_1]',
    ],
    [
      question,
      { template: 'sum', variables: 5 },
      'variables',
      'variables must be an object, got number',
    ],
    [
      openaiChat,
      { messages, properties: { what: 5 } },
      'properties.what',
      'property values must be a string, got number: properties.what',
    ],
    [
      openaiChat,
      { messages, properties: { ...properties, x: null } },
      'properties.x',
      'property values must be a string, got null: properties.x',
    ],
    [
      question,
      { template: 'sum', variables: { what: {} } },
      'variables.what',
      'variable values must be a string, got object: variables.what',
    ],
    [
      openaiChat,
      { messages, properties, temperature: 1 },
      'temperature',
      'temperature: is not taken beside a template, which says all that is asked; such a request has messages, properties, model, stream, stream_options.',
    ],
    [
      question,
      { template: 'sum', question: 'x' },
      'question',
      'question: is not taken beside a template, which says all that is asked; such a request has template, variables, model, stream.',
    ],
  ])('%o %j', (dialect, body, param, message) => {
    expect(refusalOf(dialect, body)).toMatchObject({ code: 'template_error', param, message })
  })

  it('where there are none, that is said', () => {
    const http = { ...render(openaiChat, null), body: { messages: '{template://x}' } }
    expect(() => openTemplates()(openaiChat, http, () => {})).toThrow(
      'could not find template name [x]: this gateway has none.',
    )
  })

  it('a value in many places is not more than a body may have', () => {
    const places = Array.from({ length: 100 }, () => '{{x}}').join('')
    const many = openTemplates({ many: { messages: [{ role: 'user', content: places }] } })
    const body = { messages: '{template://many}', properties: { x: 'é'.repeat(50_000) } }
    const http = { ...render(openaiChat, null), body }
    expect(() => many(openaiChat, http, () => {})).toThrow(
      "The template 'many' comes to 10000504 bytes; this gateway takes up to 4500000.",
    )
  })
})

/** The same JSON with each text made one. */
const shapeOf = (json: Json): Json => {
  if (typeof json === 'string') return 'text'
  if (Array.isArray(json)) return json.map(shapeOf)
  if (typeof json !== 'object' || json === null) return json
  return Object.fromEntries(Object.entries(json).map(([key, item]) => [key, shapeOf(item)]))
}

const nasty = fc.constantFrom(
  '"',
  '\\',
  '{',
  '}',
  '{{what}}',
  '{{n_1}}',
  '\n',
  '],',
  '\u0000',
  '$&',
  '\u2028',
)
const value = fc.oneof(
  fc.string({ unit: 'grapheme' }),
  fc.array(nasty).map((all) => all.join('')),
)

describe('what a value says is text', () => {
  const { render } = compiled(templates.sum)
  const plain = shapeOf(render({ what: 'a', n_1: 'b' }))

  it('and never structure, however it is written', () => {
    fc.assert(
      fc.property(value, value, (what, n_1) => {
        const body = render({ what, n_1 })
        expect(shapeOf(body)).toEqual(plain)
        expect(JSON.parse(JSON.stringify(body))).toEqual(body)
      }),
      { numRuns: runs(200, 20_000) },
    )
  })

  it('put in once, as it was sent', () => {
    fc.assert(
      fc.property(value, value, (what, n_1) => {
        const [system, user] = render({ what, n_1 }).messages as readonly JsonObject[]
        expect(system?.content).toBe(`You sum up ${what}.`)
        expect(user?.content).toBe(`In ${n_1} words: ${what}`)
      }),
      { numRuns: runs(200, 20_000) },
    )
  })
})

describe('templates are read when the configuration is', () => {
  const base = {
    regions: ['us-east-1'],
    models: {
      nova: 'amazon.nova-lite-v1:0',
      titan: 'amazon.titan-text-lite-v1',
      vectors: 'amazon.titan-embed-text-v2:0',
    },
    plans: { trial: {} },
    teams: { demo: { plan: 'trial', models: ['nova'] } },
  }
  const messages = [{ role: 'user', content: 'Hi {{name}}' }]
  const user = (content: unknown) => ({ messages: [{ role: 'user', content }] })
  const team = (more: object) => ({ teams: { demo: { ...base.teams.demo, ...more } } })

  function problemsOf(change: object): string {
    try {
      checkConfig({ ...base, ...change })
      return ''
    } catch (error) {
      return (error as Error).message
    }
  }
  const wrong = (t: unknown) => problemsOf({ templates: { t } })

  it.each<[string, object]>([
    ['as text and as an object', { templates, allow_untemplated: false }],
    ['with a place for the model', { templates: { t: { model: '{{model}}', messages } } }],
    ['with a Bedrock id', { templates: { t: { model: 'amazon.nova-pro-v1:0', messages } } }],
    [
      'with decorations',
      { decorate: { prepend: [{ content: 'x' }], append: [{ role: 'user', content: 'y' }] } },
    ],
    [
      'of a team',
      {
        templates,
        ...team({ allow_untemplated: false, decorate: { append: [{ content: 'x' }] } }),
      },
    ],
  ])('those that are right: %s', (_, change) => {
    expect(problemsOf(change)).toBe('')
  })

  it.each<[unknown, string]>([
    [
      '{"messages": [',
      'templates.t: got "{\\"messages\\": [", needs a chat completions body: an object, or its text as JSON',
    ],
    [
      '{"messages": {{all}}}',
      'templates.t: got "{\\"messages\\": {{all}}}", needs a chat completions body: an object, or its text as JSON',
    ],
    [5, 'templates.t: got 5, needs a chat completions body: an object, or its text as JSON'],
    [[], 'templates.t: got [], needs a chat completions body: an object, or its text as JSON'],
    [
      { model: 'nova' },
      'templates.t: is refused when it is asked, with any word in its places: messages: is missing, needs a list of messages.',
    ],
    [
      user('Hi {{ name }}'),
      'templates.t: got "{{ name }}", needs places such as {{name}}: letters, digits and _ alone',
    ],
    [
      user('Hi {{}}'),
      'templates.t: got "{{}}", needs places such as {{name}}: letters, digits and _ alone',
    ],
    [
      { messages, metadata: { '{{a}}': 'b' } },
      'templates.t: got "{{a}}", needs its places in values, not in names',
    ],
    [{ messages, temprature: 1 }, 'temprature'],
    [
      { messages: [{ role: '{{role}}', content: 'x' }] },
      'templates.t: is refused when it is asked, with any word in its places: messages[0].role',
    ],
    [
      { messages, model: 'nove' },
      'templates.t.model: got "nove", needs the name of a configured model (nova, titan, vectors); did you mean \'nova\'?',
    ],
    [
      { messages, model: 'vectors' },
      'templates.t.model: got "vectors", needs a model that answers conversations',
    ],
    [
      { model: 'titan', messages: [{ role: 'system', content: 'x' }, ...messages] },
      'templates.t: cannot be asked of titan: system: ',
    ],
  ])('what is wrong in %j is told', (template, problem) => {
    expect(wrong(template)).toContain(problem)
  })

  it.each<[object, string]>([
    [
      { templates: { 'a b': { messages } } },
      'templates: got "a b", needs names of letters, digits, _ . and -',
    ],
    [
      { allow_untemplated: false },
      'allow_untemplated: got false, needs templates in the configuration',
    ],
    [
      team({ allow_untemplated: false }),
      'teams.demo.allow_untemplated: got false, needs templates in the configuration',
    ],
    [{ allow_untemplated: 'no' }, 'allow_untemplated: got "no", needs true or false'],
    [{ decorate: {} }, 'decorate: got {}, needs prepend, append or both'],
    [{ decorate: { prepend: [] } }, 'decorate.prepend: got [], needs at least one'],
    [
      { decorate: { prepend: [{ role: 'tool', content: 'x' }] } },
      'decorate.prepend[0].role: got "tool", needs one of "system", "user", "assistant"',
    ],
    [
      team({ decorate: { append: [{ content: ' ' }] } }),
      'teams.demo.decorate.append[0].content: got " ", needs a text that is not empty',
    ],
  ])('and in %j', (change, problem) => {
    expect(problemsOf(change)).toContain(problem)
  })
})
