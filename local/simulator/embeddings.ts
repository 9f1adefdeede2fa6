/** Models that turn texts into vectors: their bodies, and what Bedrock answers. */
import { createHash } from 'node:crypto'
import type { AnyModel, EmbeddingModel } from '../../lambda/core/model.ts'
import { type Delivery, plainly } from './delivery.ts'
import { cohere3, cohere4 } from './embed-cohere.ts'
import { novaEmbed } from './embed-nova.ts'
import { titanEmbed1, titanEmbed2 } from './embed-titan.ts'
import { invalid } from './exceptions.ts'
import { checkBody } from './family.ts'
import type { Charged } from './operations.ts'
import type { Shape, Wording } from './shapes.ts'
import { tokensOf } from './tokens.ts'
import { vectorOf } from './vectors.ts'

export type Embedded = {
  /** Made from the texts. */
  readonly id: string
  readonly vectors: readonly (readonly number[])[]
  /** Of all texts together. */
  readonly tokens: number
}

export type EmbeddingFamily = {
  readonly shape: (model: EmbeddingModel) => Shape
  readonly wording: Wording
  readonly frame: (found: readonly string[]) => string
  readonly rules: readonly ((body: never, model: EmbeddingModel) => string | undefined)[]
  /** `longest`: whether a text that is too long is refused or cut. */
  readonly read: (
    body: never,
    model: EmbeddingModel,
  ) => {
    readonly texts: readonly string[]
    readonly dimensions: number
    readonly longest: 'refused' | 'cut'
  }
  readonly whole: (embedded: Embedded, body: never) => object
}

const families: ReadonlyMap<string, EmbeddingFamily> = new Map(
  Object.entries({
    'titan-embed-v1': titanEmbed1,
    'titan-embed-v2': titanEmbed2,
    'cohere-embed-v3': cohere3,
    'cohere-embed-v4': cohere4,
    'nova-embed': novaEmbed,
  }),
)

export function embed(model: EmbeddingModel, body: unknown) {
  const family = families.get(model.body.id)
  if (family === undefined) throw invalid(`The simulator does not speak '${model.body.id}'.`)
  checkBody(body, model, family, { streams: false })
  const { texts, dimensions, longest } = family.read(body as never, model)
  const counts = texts.map(tokensOf)
  const limit = model.limits.context
  const tooLong = counts.find((count) => count > limit)
  if (tooLong !== undefined && longest === 'refused') {
    throw invalid(
      `400 Bad Request: Too many input tokens. Max input tokens: ${limit}, request input token count: ${tooLong}`,
    )
  }
  const tokens = counts.reduce((sum, count) => sum + Math.min(count, limit), 0)
  const vectors = texts.map((text) => vectorOf(text, dimensions))
  const answer = family.whole(
    {
      id: createHash('sha256').update(JSON.stringify(texts)).digest('hex').slice(0, 24),
      vectors,
      tokens,
    },
    body as never,
  )
  return { told: charged(model, tokens), delivery: delivered(answer, tokens) }
}

export const isEmbedding = (model: AnyModel): model is EmbeddingModel => model.task === 'embed'

function charged(model: EmbeddingModel, input: number): Charged {
  const usage = { input, cacheRead: 0, cacheWrite5m: 0, cacheWrite1h: 0, output: 0 }
  return { model, usage, prefixes: [] }
}

function delivered(answer: object, tokens: number): Delivery {
  const headers = {
    'content-type': 'application/json',
    'x-amzn-bedrock-invocation-latency': '100',
    'x-amzn-bedrock-input-token-count': `${tokens}`,
  }
  const pieces = [{ bytes: Buffer.from(JSON.stringify(answer)), tokens: 0 }]
  return { ...plainly, isAnswer: true, status: 200, headers, pieces }
}
