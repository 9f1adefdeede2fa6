/** Reads the body of a Responses request; nothing of it is stored, and nothing stored is read. */
import type { Notice } from '../core/contracts.ts'
import type { JsonObject, Message } from '../core/conversation.ts'
import type { ChatRequest, OutputFormat, ServiceTier, ThinkingWish } from '../core/request.ts'
import {
  anyText,
  choose,
  flag,
  leftOut,
  list,
  missing,
  numberWithin,
  object,
  oneOf,
  type Place,
  type Reader,
  record,
  refused,
  tell,
  wholeNumber,
  words,
} from './openai-fields.ts'
import { input } from './responses-items.ts'
import { toolChoice, tools } from './responses-tools.ts'
import { anyString, type Face, faced, needing, wordOf } from './schema.ts'

const efforts = {
  none: { type: 'off' },
  minimal: { type: 'adaptive', effort: 'low' },
  low: { type: 'adaptive', effort: 'low' },
  medium: { type: 'adaptive', effort: 'medium' },
  high: { type: 'adaptive', effort: 'high' },
  xhigh: { type: 'adaptive', effort: 'xhigh' },
  max: { type: 'adaptive', effort: 'max' },
} as const satisfies Record<string, ThinkingWish>

const effort: Reader<ThinkingWish> = faced(wordOf(Object.keys(efforts)), (value, place) => {
  const wish = oneOf(efforts)(value, place)
  if (value === 'minimal') tell(place, 'minimal is sent as low')
  return wish
})

const summaryWord = oneOf({ auto: 'auto', concise: 'concise', detailed: 'detailed' })
const summary = leftOut(summaryWord, 'thinking is told as the model tells it', (w) => w === 'auto')

const reasoning = object({
  effort,
  summary,
  generate_summary: summary,
  context: leftOut(anyText, 'the model sees what input holds', (word) => word === 'auto'),
  mode: leftOut(anyText, 'models here do not know it', (word) => word === 'standard'),
})

const schemaShape = object({
  type: anyText,
  name: words,
  description: anyText,
  schema: record,
  strict: flag,
})

const jsonSchema: Reader<OutputFormat> = faced(
  needing(schemaShape, 'name', 'schema'),
  (value, place) => {
    const { name, description, schema } = schemaShape(value, place)
    if (name === undefined) throw missing(place, 'name', 'a name of the schema')
    if (schema === undefined) throw missing(place, 'schema', 'a JSON Schema')
    return {
      type: 'json-schema',
      name,
      ...(description !== undefined && { description }),
      schema: schema as JsonObject,
    }
  },
)

const onlyType = object({ type: anyText })

const format = choose('type', {
  text: faced(needing(onlyType), (value, place) => void onlyType(value, place)),
  json_object: faced(needing(onlyType), (value, place): OutputFormat => {
    onlyType(value, place)
    return { type: 'json' }
  }),
  json_schema: jsonSchema,
})

const verbosity = oneOf({ low: 'low', medium: 'medium', high: 'high' })

const text = object({
  format,
  verbosity: leftOut(verbosity, 'models here do not know it', (word) => word === 'medium'),
})

const tiers = { auto: undefined, default: 'default', flex: 'flex', priority: 'priority' } as const

const serviceTier: Reader<ServiceTier | undefined> = faced(
  wordOf([...Object.keys(tiers), 'scale']),
  (value, place) => {
    if (value === 'scale')
      return tell(place, 'scale is left out; Bedrock has no such tier') as undefined
    return oneOf(tiers)(value, place)
  },
)

const elsewhere = 'left out; it belongs to what this gateway does not do'

/** Of what an answer may include, thinking is here, and there are no log probabilities. */
const include = list(
  faced(anyString, (value: unknown, place: Place) => {
    const word = anyText(value, place)
    if (word === 'message.output_text.logprobs') return refused(noLogprobs)(value, place)
    if (word !== 'reasoning.encrypted_content') tell(place, elsewhere)
    return undefined
  }),
)

const noLogprobs = 'cannot be answered: models on Bedrock tell no log probabilities'
const stateless = 'needs a stored conversation, and this gateway stores nothing; send all of input'
const isNo = (value: unknown) => value === false
const notPassedOn = 'it is not passed on to the model'

const body = object({
  model: words,
  input,
  instructions: anyText,
  tools,
  tool_choice: toolChoice,
  parallel_tool_calls: flag,
  max_output_tokens: wholeNumber(1),
  temperature: numberWithin(0, 2),
  top_p: numberWithin(0, 1),
  reasoning,
  text,
  service_tier: serviceTier,
  stream: flag,
  stream_options: object({
    include_obfuscation: leftOut(flag, 'events are not padded', isNo),
  }),
  include,
  store: leftOut(flag, 'this gateway stores nothing', isNo),
  truncation: leftOut(
    oneOf({ auto: 'auto', disabled: 'disabled' }),
    'a conversation too long for the model is refused',
    (word) => word === 'disabled',
  ),
  max_tool_calls: leftOut(wholeNumber(1), 'it counts tools on a server, and there are none'),
  top_logprobs: refused(noLogprobs, (value) => value === 0),
  metadata: record,
  user: leftOut(anyText, notPassedOn),
  safety_identifier: leftOut(anyText, notPassedOn),
  client_metadata: leftOut(record, notPassedOn),
  prompt_cache_key: leftOut(anyText, 'models here keep prompts without one'),
  prompt_cache_options: leftOut(record, 'Bedrock decides how long'),
  prompt_cache_retention: leftOut(anyText, 'Bedrock decides how long', (w) => w === 'in_memory'),
  previous_response_id: refused(stateless),
  conversation: refused(stateless),
  background: refused('needs a stored answer, and this gateway stores nothing', isNo),
  prompt: refused('needs a stored prompt, and this gateway stores none; send instructions'),
  context_management: refused('would need a server that compacts; shorten the input instead'),
  moderation: refused('is a service of OpenAI’s; a guard of this gateway does it for all requests'),
})

export const responsesBody: Face = needing(body, 'model', 'input')

export function readResponsesRequest(value: unknown, notice: Notice): ChatRequest {
  const place = { path: '', notice }
  const said = body(value, place)
  if (said.model === undefined) throw missing(place, 'model', 'the name of a model')
  if (said.input === undefined) throw missing(place, 'input', 'a string or a list of items')
  const { tools = [], parallel_tool_calls, max_output_tokens, service_tier } = said
  const output = said.text?.format
  const thinking = said.reasoning?.effort
  return {
    model: said.model,
    messages: [...instructed(said.instructions), ...said.input],
    ...(said.tool_choice?.(tools) ?? { tools }),
    ...(max_output_tokens !== undefined && { maxTokens: max_output_tokens }),
    sampling: {
      ...(said.temperature !== undefined && { temperature: said.temperature }),
      ...(said.top_p !== undefined && { topP: said.top_p }),
    },
    ...(parallel_tool_calls !== undefined && { parallelTools: parallel_tool_calls }),
    ...(thinking !== undefined && { thinking }),
    ...(output !== undefined && { output }),
    ...(service_tier !== undefined && { serviceTier: service_tier }),
    stream: said.stream ?? false,
  }
}

const instructed = (instructions = ''): readonly Message[] =>
  instructions.trim() === ''
    ? []
    : [{ role: 'system', content: [{ type: 'text', text: instructions }] }]
