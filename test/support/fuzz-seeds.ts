/** Requests that are right in each way of asking: what the fuzzer begins with. */
import { dialects } from '../../lambda/dialects/index.ts'
import { everyModel, models } from '../../lambda/models/index.ts'
import { filesOf, readJson, scenarios } from './bodies.ts'

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json }

export type Seed = {
  readonly body?: Json
  /** Where a body is only right for one model. */
  readonly model?: string
  readonly query?: Readonly<Record<string, string>>
}

export type Target = {
  readonly name: string
  readonly dialect: string
  readonly method: string
  readonly resource: string
  /** The path's own name of its model: `model`, `modelId`. */
  readonly parameter: string | undefined
  readonly seeds: readonly Seed[]
  /** Of models this dialect could ask. */
  readonly names: readonly string[]
}

const goldens = (file: string): Seed[] =>
  scenarios
    .filter((scenario) => filesOf(scenario).includes(file))
    .map((scenario) => ({ body: readJson(scenario, file) as Json }))

type BodyGolden = { readonly model: string; readonly body: Json }

const byConverse = ':converse'

/** What bodies are built as is what native callers send. */
const built: readonly BodyGolden[] = scenarios.flatMap((scenario) =>
  filesOf(scenario)
    .filter((file) => file.endsWith('.body.json'))
    .map((file) => readJson(scenario, file) as BodyGolden),
)

const invoked: Seed[] = built.filter(({ model }) => !model.endsWith(byConverse))
const conversed: Seed[] = built
  .filter(({ model }) => model.endsWith(byConverse))
  .map(({ model, body }) => ({ body, model: model.slice(0, -byConverse.length) }))

const embedded: Seed[] = [
  { model: 'amazon.titan-embed-text-v2:0', body: { inputText: 'Hello', dimensions: 256 } },
  { model: 'amazon.titan-embed-text-v1', body: { inputText: 'Hello' } },
  {
    model: 'cohere.embed-multilingual-v3',
    body: { texts: ['Hello', '大谷翔平'], input_type: 'search_query' },
  },
]

const seedsOf: Readonly<Record<string, readonly Seed[]>> = {
  question: [
    { body: { question: 'What is a dystopia?', system: 'Be brief.', max_tokens: 20 } },
    { body: { question: 'Why?', temperature: 0, top_p: 0.9, stop: ['x'], stream: true } },
  ],
  'openai-chat': goldens('openai-chat.request.json'),
  'openai-responses': goldens('openai-responses.request.json'),
  'openai-embeddings': [
    { body: { input: 'Hello' } },
    { body: { input: ['Hello', '大谷翔平'], encoding_format: 'base64', user: 'me' } },
    { body: { input: ['a', 'b', 'c'], encoding_format: 'float', dimensions: 256 } },
  ],
  'openai-models': [{}],
  'anthropic-messages': goldens('anthropic.request.json'),
  'anthropic-count-tokens': goldens('anthropic.request.json').map(({ body }) => ({
    body: without(body, 'max_tokens'),
  })),
  usage: [{}],
  'usage-hours': [{}, { query: { hours: '2' } }],
  'usage-requests': [{}, { query: { limit: '5' } }],
  estimate: [
    { body: { question: 'What is a dystopia?', max_tokens: 20 } },
    ...goldens('openai-chat.request.json'),
    ...goldens('openai-responses.request.json'),
    ...goldens('anthropic.request.json'),
  ],
  decision: [{}],
  'bedrock-invoke': [...invoked, ...embedded],
  'bedrock-invoke-with-response-stream': invoked,
  'bedrock-converse': conversed,
  'bedrock-converse-stream': conversed,
}

function without(body: Json | undefined, field: string): Json {
  const { [field]: _, ...rest } = body as { [key: string]: Json }
  return rest
}

/** One of each body, so that no family is asked more than another. */
const talkers = [...new Map(models.map((model) => [model.body.id, model.id])).values()]
const embedders = everyModel.flatMap((model) => (model.task === 'embed' ? [model.id] : []))

/** Every route of every dialect. */
export const targets: readonly Target[] = dialects.flatMap(({ id, routes }) =>
  routes.map(({ method, path }) => {
    const found = seedsOf[id]
    if (found === undefined) throw new Error(`The fuzzer has no request of '${id}' to begin with.`)
    const byQuery = id === 'question' && method === 'GET'
    return {
      name: `${method} ${path}`,
      dialect: id,
      method,
      resource: path,
      parameter: /\{(\w+)\}/.exec(path)?.[1],
      seeds: byQuery ? [{ query: { p: 'What is a dystopia?' } }] : found,
      names: id === 'openai-embeddings' ? embedders : ['titan', 'llama', 'claude', ...talkers],
    }
  }),
)

/** Every id of the catalogue, whatever its task. */
export const ids = everyModel.map(({ id }) => id)
