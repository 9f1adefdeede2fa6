/** Embeddings: vectors that depend on the text alone, in each maker's own words. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Simulator, startSimulator } from '../local/simulator/index.ts'
import {
  errorType,
  type HandlerName,
  handlers,
  invokeStream,
  invokeWhole,
  type JsonRecord,
  post,
  sdkClient,
} from './simulator-client.ts'
import { embeddingModel } from './simulator-models.ts'

const titan1 = 'amazon.titan-embed-text-v1'
const titan2 = 'amazon.titan-embed-text-v2:0'
const cohere3 = 'cohere.embed-english-v3'
const cohere4 = 'cohere.embed-v4:0'
const nova = 'amazon.nova-2-multimodal-embeddings-v1:0'

const models = [
  embeddingModel(titan1, 'titan-embed-v1', [1_536]),
  embeddingModel(titan2, 'titan-embed-v2', [1_024, 512, 256]),
  embeddingModel(cohere3, 'cohere-embed-v3', [1_024], 512),
  embeddingModel(cohere4, 'cohere-embed-v4', [1_536, 1_024, 512, 256], 128_000),
  embeddingModel(nova, 'nova-embed', [3_072, 1_024, 384, 256]),
]

const single = (change: JsonRecord = {}, text: JsonRecord = {}) => ({
  taskType: 'SINGLE_EMBEDDING',
  singleEmbeddingParams: {
    embeddingPurpose: 'GENERIC_INDEX',
    text: { truncationMode: 'NONE', value: 'Hello', ...text },
    ...change,
  },
})
const cohere = (change: JsonRecord = {}) => ({
  input_type: 'search_document',
  texts: ['Hello', 'World'],
  ...change,
})

type Vectors = readonly (readonly number[])[]
type Asked = readonly [
  id: string,
  body: JsonRecord,
  dimensions: number,
  read: (json: never) => Vectors,
]

const asked: Readonly<Record<string, Asked>> = {
  'Titan v1': [
    titan1,
    { inputText: 'Hello' },
    1_536,
    ({ embedding }: { embedding: readonly number[] }) => [embedding],
  ],
  'Titan v2': [
    titan2,
    { inputText: 'Hello', dimensions: 256, normalize: true, embeddingTypes: ['float', 'binary'] },
    256,
    ({ embeddingsByType }: { embeddingsByType: { float: readonly number[] } }) => [
      embeddingsByType.float,
    ],
  ],
  'Cohere v3': [cohere3, cohere(), 1_024, ({ embeddings }: { embeddings: Vectors }) => embeddings],
  'Cohere v4': [
    cohere4,
    cohere({ embedding_types: ['float'], output_dimension: 512, truncate: 'RIGHT' }),
    512,
    ({ embeddings }: { embeddings: { float: Vectors } }) => embeddings.float,
  ],
  Nova: [
    nova,
    single({ embeddingDimension: 384 }),
    384,
    ({ embeddings }: { embeddings: readonly { embedding: readonly number[] }[] }) =>
      embeddings.map(({ embedding }) => embedding),
  ],
}

let simulator: Simulator
beforeAll(async () => {
  simulator = await startSimulator({ region: 'us-east-1', models })
})
afterAll(() => simulator.close())

describe.each(Object.keys(handlers) as HandlerName[])('over %s', (handler) => {
  it.each(Object.entries(asked))('%s gives vectors of length one', async (_, row) => {
    const [id, body, dimensions, read] = row
    const client = sdkClient(simulator.url, 'us-east-1', handler)
    const vectors = read((await invokeWhole(client, id, body)) as never)
    const again = read((await invokeWhole(client, id, body)) as never)
    client.destroy()
    expect(again).toEqual(vectors)
    expect(new Set(vectors.map(String)).size).toBe(vectors.length)
    for (const vector of vectors) {
      expect(vector).toHaveLength(dimensions)
      expect(Math.hypot(...vector)).toBeCloseTo(1, 6)
    }
  })
})

it('every text has a vector of its own, whoever asks for it', async () => {
  const vectors = async (texts: readonly string[]) => {
    const answer = await post(simulator.url, cohere3, cohere({ texts }))
    return ((await answer.json()) as { embeddings: Vectors }).embeddings
  }
  const [one, other, same] = await vectors(['Hello', 'World', 'Hello'])
  expect(same).toEqual(one)
  expect(other).not.toEqual(one)
  expect(await vectors(['World'])).toEqual([other])
})

it('tokens are counted, billed and told in the headers', async () => {
  const answer = await post(simulator.url, titan2, { inputText: 'twelve chars' })
  expect(answer.headers.get('x-amzn-bedrock-input-token-count')).toBe('3')
  expect(await answer.json()).toMatchObject({ inputTextTokenCount: 3 })
  expect(simulator.billed.at(-1)).toMatchObject({ model: titan2, input: 3, output: 0 })
})

it('types that were asked for come by their names', async () => {
  const types = ['float', 'int8', 'uint8', 'binary', 'ubinary']
  const body = cohere({ embedding_types: types })
  const answer = (await (await post(simulator.url, cohere3, body)).json()) as JsonRecord
  expect(answer.response_type).toBe('embeddings_by_type')
  expect(Object.keys(answer.embeddings as object)).toEqual(types)
})

const malformed = (what: string) => `Malformed input request: ${what}`
const refusals: readonly (readonly [id: string, body: JsonRecord, message: string])[] = [
  [titan1, { inputText: 'x', dimensions: 256 }, malformed('#: extraneous key [dimensions]')],
  [titan1, { inputText: '' }, malformed('#/inputText: expected minLength: 1')],
  [
    titan2,
    { inputText: 'x', dimensions: 300 },
    malformed('#/dimensions: 300 is not a valid enum value, expected one of: 1024, 512, 256'),
  ],
  [
    titan2,
    { inputText: 'x'.repeat(40_000) },
    '400 Bad Request: Too many input tokens. Max input tokens: 8192, request input token count: 10000',
  ],
  [titan2, { inputText: 'x'.repeat(50_001) }, malformed('#/inputText: expected maxLength: 50000')],
  [cohere3, { texts: ['x'] }, malformed('#: required key [input_type] not found')],
  [cohere3, cohere({ input_type: 'query' }), malformed('#/input_type: query is not')],
  [cohere3, cohere({ texts: [] }), malformed('#/texts: expected minimum item count: 1')],
  [
    cohere3,
    cohere({ texts: Array.from({ length: 97 }, () => 'x') }),
    malformed('#/texts: expected maximum item count: 96, found: 97'),
  ],
  [
    cohere3,
    cohere({ texts: ['x'.repeat(2_049)] }),
    malformed('#/texts/0: expected maxLength: 2048, actual: 2049'),
  ],
  [cohere3, cohere({ output_dimension: 512 }), malformed('#: extraneous key [output_dimension]')],
  [cohere4, cohere({ output_dimension: 300 }), malformed('#/output_dimension: 300 is not')],
  [cohere4, cohere({ truncate: 'END' }), malformed('#/truncate: END is not')],
  [cohere4, { input_type: 'search_query' }, 'Exactly one of texts, images or inputs'],
  [
    nova,
    single({ embeddingDimension: 512 }),
    malformed('#/singleEmbeddingParams/embeddingDimension: 512 is not'),
  ],
  [
    nova,
    single({ embeddingPurpose: 'INDEX' }),
    malformed('#/singleEmbeddingParams/embeddingPurpose'),
  ],
  [
    nova,
    single({}, { truncationMode: undefined }),
    malformed('#/singleEmbeddingParams/text: required key [truncationMode] not found'),
  ],
]

it.each(refusals.map(([id, body, message]) => ({ id, body, message })))(
  '$id: $message',
  async ({ id, body, message }) => {
    const answer = await post(simulator.url, id, body)
    const { message: told } = (await answer.json()) as { message: string }
    expect([answer.status, errorType(answer)]).toEqual([400, 'ValidationException'])
    expect(told.slice(0, message.length)).toBe(message)
  },
)

it('nothing of it is streamed or conversed', async () => {
  const client = sdkClient(simulator.url)
  const streamed = invokeStream(client, titan2, { inputText: 'x' })
  await expect(streamed).rejects.toThrow('The model is unsupported for streaming.')
  client.destroy()
  for (const operation of ['converse', 'converse-stream', 'count-tokens']) {
    const body = { messages: [{ role: 'user', content: [{ text: 'x' }] }] }
    const answer = await post(simulator.url, titan2, body, {}, operation)
    expect([answer.status, errorType(answer)]).toEqual([400, 'ValidationException'])
  }
})
