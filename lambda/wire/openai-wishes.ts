/** What a chat completion asks of the answer: where it stops, how hard it is thought, its form. */
import type { OutputFormat, ThinkingWish } from '../core/request.ts'
import {
  anyText,
  choose,
  flag,
  list,
  missing,
  object,
  oneOf,
  type Reader,
  record,
  tell,
  wholeNumber,
  words,
  wrong,
} from './openai-fields.ts'
import { either, faced, filledString, listFace, needing } from './schema.ts'

const mostStops = 4

const sequence: Reader<string> = faced(filledString, (value, place) => {
  if (typeof value === 'string' && value !== '') return value
  throw wrong(place, value, 'a non-empty string')
})

export const stop: Reader<readonly string[]> = faced(
  either(filledString, listFace(sequence, { maxItems: mostStops })),
  (value, place) => (Array.isArray(value) ? sequences(value, place) : [sequence(value, place)]),
)

const sequences = list(sequence, mostStops)

/** `minimal` is OpenAI's alone; the least that models here know is low. */
const reasoningEffort = oneOf({
  none: { type: 'off' },
  minimal: { type: 'adaptive', effort: 'low' },
  low: { type: 'adaptive', effort: 'low' },
  medium: { type: 'adaptive', effort: 'medium' },
  high: { type: 'adaptive', effort: 'high' },
  xhigh: { type: 'adaptive', effort: 'xhigh' },
  max: { type: 'adaptive', effort: 'max' },
})

export const effort: Reader<ThinkingWish> = faced(needing(reasoningEffort), (value, place) => {
  if (value === 'minimal') tell(place, 'minimal is taken as low')
  return reasoningEffort(value, place)
})

const budgeted = object({ type: anyText, budget_tokens: wholeNumber(1) })
const plainly = object({ type: anyText })

/** Anthropic's word, which OpenAI's clients carry to gateways (LiteLLM, "Reasoning content"). */
export const thinking = choose('type', {
  disabled: faced(
    needing(plainly),
    (value, place): ThinkingWish => plainly(value, place) && { type: 'off' },
  ),
  adaptive: faced(
    needing(plainly),
    (value, place): ThinkingWish => plainly(value, place) && { type: 'adaptive' },
  ),
  enabled: faced(needing(budgeted, 'budget_tokens'), (value, place): ThinkingWish => {
    const { budget_tokens: tokens } = budgeted(value, place)
    if (tokens === undefined) throw missing(place, 'budget_tokens', 'a whole number')
    return { type: 'budget', tokens }
  }),
})

const schemaShape = object({
  name: words,
  description: anyText,
  schema: record,
  /** Held to either way: the canonical wish is an answer that satisfies the schema. */
  strict: flag,
})

const schemaFormat = object({ type: anyText, json_schema: schemaShape })

export const responseFormat: Reader<OutputFormat | undefined> = choose('type', {
  text: faced(needing(plainly), (value, place) => void plainly(value, place)),
  json_object: faced(
    needing(plainly),
    (value, place): OutputFormat => plainly(value, place) && { type: 'json' },
  ),
  json_schema: faced(
    needing(schemaFormat, 'json_schema.name', 'json_schema.schema'),
    (value, place): OutputFormat => {
      const said = schemaFormat(value, place).json_schema
      if (said?.name === undefined) throw missing(place, 'json_schema.name', 'a name')
      if (said.schema === undefined) throw missing(place, 'json_schema.schema', 'a JSON Schema')
      const { name, description, schema } = said
      return {
        type: 'json-schema',
        name,
        ...(description !== undefined && { description }),
        schema: schema as Extract<OutputFormat, { type: 'json-schema' }>['schema'],
      }
    },
  ),
})

const tierWord = oneOf({
  auto: undefined,
  default: 'default',
  flex: 'flex',
  priority: 'priority',
  /** OpenAI's newer word for it. */
  fast: 'priority',
  scale: undefined,
})

export const serviceTier: typeof tierWord = faced(needing(tierWord), (value, place) => {
  if (value === 'scale') tell(place, "left out; there is no tier 'scale' here")
  return tierWord(value, place)
})
