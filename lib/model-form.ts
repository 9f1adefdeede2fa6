/** The form of a model: of a row of one's own, and of the facts of another provider's model. */
import { profileRegions } from '../lambda/models/profiles.ts'
import {
  type Check,
  fields,
  flag,
  isObject,
  list,
  matching,
  numberAbove,
  oneOf,
  such,
  text,
  wholeNumber,
} from './checks.ts'
import { chatPrice, embeddingPrice } from './price-form.ts'

export const region = matching(/^[a-z]{2}(-[a-z]+)+-\d$/, "a region's name, such as us-east-1")

const day = matching(/^\d{4}-\d\d-\d\d$/, 'a day, such as 2026-01-31')
const range = fields({ min: numberAbove(-Infinity), max: numberAbove(-Infinity) })
const makes: Check = such('a function', (value) => typeof value === 'function')

const lifecycle: Check = (value, path) =>
  isObject(value) && value.status === 'active'
    ? fields({ status: text })(value, path)
    : fields({ status: oneOf('active', 'legacy', 'retired'), endOfLife: day, successor: text })(
        value,
        path,
      )

const facts = {
  system: flag,
  tools: flag,
  images: flag,
  documents: flag,
  thinking: oneOf('no', 'budget', 'adaptive', 'effort'),
  cachePoints: flag,
  oneSampler: flag,
  stopSequences: wholeNumber(0),
  streaming: flag,
  jsonSchema: oneOf('native', 'tool', 'no'),
  forcedTools: flag,
  prefill: flag,
  betas: list(text),
}
const ranges = { temperature: range, topP: range, topK: range }

/** Those that differ from what is known of the model otherwise. */
export const someFacts: Check = fields({}, { ...facts, ...ranges })

export const chatLimits = fields({ context: wholeNumber(1), output: wholeNumber(1) })
export const vectorLengths = list(wholeNumber(1), 1)

/** What any model that is not in the catalogue is offered by. */
const offered = {
  id: text,
  name: text,
  profiles: list(oneOf(...Object.keys(profileRegions))),
  onDemand: ((value, path) => (value === 'everywhere' ? [] : list(region)(value, path))) as Check,
  lifecycle,
}

const chatRow = fields(
  {
    ...offered,
    price: chatPrice,
    body: fields(
      { id: text, build: makes, read: makes, openStream: makes },
      { parse: makes, via: oneOf('converse'), signature: text },
    ),
    limits: chatLimits,
    accepts: fields(facts, ranges),
  },
  { task: oneOf('chat') },
)

const embeddingRow = fields({
  ...offered,
  task: oneOf('embed'),
  price: embeddingPrice,
  body: fields({ id: text, build: makes, read: makes }, { parse: makes }),
  limits: fields({ context: wholeNumber(1), batch: wholeNumber(1) }),
  dimensions: vectorLengths,
})

export const row: Check = (value, path) =>
  isObject(value) && value.task === 'embed' ? embeddingRow(value, path) : chatRow(value, path)
