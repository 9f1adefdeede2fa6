/** OpenAI's Models API: which models this key may use, what they take and what they cost. */
import type { ListDialect } from '../core/dialect.ts'
import { errorBody } from '../core/error-body.ts'
import { TollgateError } from '../core/errors.ts'
import type { AnyModel, EmbeddingModel, Model, Price, Rates } from '../core/model.ts'

export const openaiModels: ListDialect = {
  task: 'list',
  id: 'openai-models',
  routes: [
    { method: 'GET', path: '/v1/models' },
    { method: 'GET', path: '/v1/models/{model}' },
  ],

  answer({ pathParameters }, usable) {
    const { model: name } = pathParameters
    if (name === undefined) return json({ object: 'list', data: [...usable].map(written) })
    const model = usable.get(name) ?? [...usable.values()].find(({ id }) => id === name)
    if (model === undefined) throw unknown(name, [...usable.keys()])
    return json(written([name, model]))
  },

  formatError: (error, requestId) => json(errorBody(error, requestId)),
}

function unknown(name: string, usable: readonly string[]): TollgateError {
  const shown = JSON.stringify(name.length > 80 ? `${name.slice(0, 80)}…` : name)
  const message = `There is no model ${shown} for this key. It may use: ${usable.join(', ') || 'none'}.`
  return new TollgateError('model_not_found', message, { param: 'model' })
}

/** What OpenAI's clients read, and all that is ours under one name of our own. */
function written([name, model]: readonly [string, AnyModel]) {
  const today = new Date().toISOString().slice(0, 10)
  const rows = model.price.toSorted((one, other) => (one.from < other.from ? -1 : 1))
  const price = rows.findLast(({ from }) => from <= today)
  return {
    id: name,
    object: 'model',
    created: rows[0] === undefined ? 0 : Date.parse(rows[0].from) / 1000,
    owned_by: model.servedBy ?? model.id.split('.')[0] ?? '',
    tollgate: {
      ...(model.servedBy === undefined ? { bedrock_id: model.id } : { provider_id: model.id }),
      name: model.name,
      ...(model.task === 'embed' ? embedding(model) : chat(model)),
      price: price === undefined ? null : prices(price),
      lifecycle: lifecycle(model),
    },
  }
}

const chat = ({ limits, accepts }: Model) => ({
  task: 'chat',
  context: limits.context,
  max_output: limits.output,
  accepts: {
    system: accepts.system,
    tools: accepts.tools,
    images: accepts.images,
    documents: accepts.documents,
    thinking: accepts.thinking,
    json_schema: accepts.jsonSchema,
    streaming: accepts.streaming,
  },
})

const embedding = ({ limits, dimensions }: EmbeddingModel) => ({
  task: 'embed',
  context: limits.context,
  max_batch: limits.batch,
  dimensions,
})

const rates = ({ input, output, cacheRead, cacheWrite5m, cacheWrite1h }: Rates) => ({
  input,
  output,
  ...(cacheRead !== undefined && { cache_read: cacheRead }),
  ...(cacheWrite5m !== undefined && { cache_write_5m: cacheWrite5m }),
  ...(cacheWrite1h !== undefined && { cache_write_1h: cacheWrite1h }),
})

/** In USD per million tokens. */
const prices = ({ above, geoPercent, ...price }: Price) => ({
  unit: 'usd_per_million_tokens',
  ...rates(price),
  ...(above !== undefined && { above: { tokens: above.tokens, ...rates(above) } }),
  ...(geoPercent !== undefined && { geographic_percent: geoPercent }),
})

const lifecycle = ({ lifecycle }: AnyModel) =>
  lifecycle.status === 'active'
    ? { status: lifecycle.status }
    : {
        status: lifecycle.status,
        end_of_life: lifecycle.endOfLife,
        successor: lifecycle.successor,
      }

const json = (value: unknown) => ({
  contentType: 'application/json',
  body: `${JSON.stringify(value)}\n`,
})
