/** How callers ask for a template: in Kong's words on chat completions, in our own on the question route. */
import type { TemplateAsk } from '../core/dialect.ts'
import { TollgateError } from '../core/errors.ts'
import {
  anyString,
  described,
  type Face,
  faced,
  filledString,
  shape,
  trueOrFalse,
} from '../wire/schema.ts'
import { clipped, shown } from '../wire/shown.ts'

type Fields = Readonly<Record<string, unknown>>

const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const reference: Face = () => ({ type: 'string', pattern: '^\\{template://[\\s\\S]*\\}$' })
const texts: Face = described(
  () => ({ type: 'object', additionalProperties: { type: 'string' } }),
  'A text for each place of the template.',
)
const options: Face = shape({
  include_usage: { schema: trueOrFalse },
  include_obfuscation: { schema: trueOrFalse },
})
const chosen = { model: { schema: anyString }, stream: { schema: trueOrFalse } }

/** Kong, AI Prompt Template: the whole text is the reference. */
const named = (value: unknown): string | undefined =>
  typeof value === 'string' ? /^\{template:\/\/(.*)\}$/s.exec(value)?.[1] : undefined

/** `"messages": "{template://NAME}"`, `"properties": {…}`. */
export const askedInMessages = faced(
  shape(
    {
      messages: { schema: reference },
      properties: { schema: texts },
      ...chosen,
      stream_options: { schema: options },
    },
    'messages',
  ),
  readMessages,
)

function readMessages(body: unknown): TemplateAsk | undefined {
  if (!isFields(body)) return undefined
  const { messages, prompt, properties: values } = body
  const name = named(messages)
  if (name === undefined && named(prompt) === undefined) return undefined
  if (messages !== undefined && prompt !== undefined) {
    const says = `cannot run 'messages' and 'prompt' templates at the same time`
    throw wrong('prompt', `${says}: leave prompt out.`)
  }
  if (name === undefined) {
    const says = `only the 'llm/v1/chat' format is supported for templating here`
    throw wrong('prompt', `${says}: send the reference as messages.`)
  }
  const params = { name: 'messages', values: 'properties' }
  return { name, values, params, beside: beside(body, params, ['stream', 'stream_options']) }
}

/** `"template": "NAME"`, `"variables": {…}`. */
export const askedByName = faced(
  shape(
    { template: { schema: filledString }, variables: { schema: texts }, ...chosen },
    'template',
  ),
  readName,
)

function readName(body: unknown): TemplateAsk | undefined {
  if (!isFields(body) || body.template === undefined || body.template === null) return undefined
  const { template: name, variables: values } = body
  if (typeof name !== 'string') {
    throw wrong('template', `template: got ${shown(name)}, needs the name of a template.`)
  }
  const params = { name: 'template', values: 'variables' }
  return { name, values, params, beside: beside(body, params, ['stream']) }
}

/** A template says all that is asked: what a caller adds to it would be lost, so it is refused. */
function beside(body: Fields, params: TemplateAsk['params'], more: readonly string[]): Fields {
  const left = ['model', ...more]
  const known = [params.name, params.values, ...left]
  for (const name of Object.keys(body)) {
    if (known.includes(name)) continue
    const param = clipped(name)
    const says = 'is not taken beside a template, which says all that is asked; such a request has'
    throw wrong(param, `${param}: ${says} ${known.join(', ')}.`)
  }
  const given = left.filter((name) => body[name] !== undefined && body[name] !== null)
  return Object.fromEntries(given.map((name) => [name, body[name]]))
}

const wrong = (param: string, message: string): TollgateError =>
  new TollgateError('template_error', message, { param })
