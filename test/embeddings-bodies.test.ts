/** What each embedding family is sent, and how its vectors are read; checked against AWS's pages. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { embeddingBodies } from '../lambda/bodies/index.ts'
import type { EmbeddingBody } from '../lambda/core/contracts.ts'
import { TollgateError } from '../lambda/core/errors.ts'
import type { EmbeddingModel } from '../lambda/core/model.ts'
import type { EmbedRequest } from '../lambda/core/request.ts'
import { embeddingModels } from '../lambda/models/index.ts'
import { anyCharacter } from './support/arbitrary.ts'

const each = embeddingBodies.map((body) => ({ id: body.id, body }))

function modelOf(body: EmbeddingBody): EmbeddingModel {
  const model = embeddingModels.find((one) => one.body === body)
  if (model === undefined) throw new Error(`no model speaks '${body.id}'`)
  return model
}

function bodyById(id: string): EmbeddingBody {
  const body = embeddingBodies.find((one) => one.id === id)
  if (body === undefined) throw new Error(`no body '${id}'`)
  return body
}

const ask = (more: Partial<EmbedRequest> = {}): EmbedRequest => ({
  model: 'embed',
  inputs: ['Hello'],
  stream: false,
  ...more,
})

function built(body: EmbeddingBody, request: EmbedRequest) {
  const notices: string[] = []
  const notice = (text: string) => void notices.push(text)
  return { body: body.build(request, request.inputs, modelOf(body), notice), notices }
}

describe('what is sent', () => {
  it.each([
    ['titan-embed-v1', {}, { inputText: 'Hello' }],
    ['titan-embed-v1', { dimensions: 1536 }, { inputText: 'Hello' }],
    ['titan-embed-v2', {}, { inputText: 'Hello', normalize: true }],
    [
      'titan-embed-v2',
      { dimensions: 256 },
      { inputText: 'Hello', dimensions: 256, normalize: true },
    ],
    [
      'cohere-embed-v3',
      { inputs: ['a', 'b'], use: 'query' },
      { texts: ['a', 'b'], input_type: 'search_query', truncate: 'NONE' },
    ],
    [
      'cohere-embed-v4',
      { dimensions: 512 },
      {
        texts: ['Hello'],
        input_type: 'search_document',
        truncate: 'NONE',
        embedding_types: ['float'],
        output_dimension: 512,
      },
    ],
    [
      'nova-embed',
      { dimensions: 384, use: 'clustering' },
      {
        taskType: 'SINGLE_EMBEDDING',
        singleEmbeddingParams: {
          embeddingPurpose: 'CLUSTERING',
          embeddingDimension: 384,
          text: { truncationMode: 'NONE', value: 'Hello' },
        },
      },
    ],
  ] as const)('%s for %j', (id, more, expected) => {
    expect(built(bodyById(id), ask(more))).toEqual({ body: expected, notices: [] })
  })

  it.each(['titan-embed-v1', 'titan-embed-v2'])('%s says that it knows no uses', (id) => {
    expect(built(bodyById(id), ask({ use: 'query' })).notices).toHaveLength(1)
  })

  it.each(each)('$id takes every length its model names, and no other', ({ body }) => {
    for (const dimensions of modelOf(body).dimensions) {
      expect(() => built(body, ask({ dimensions }))).not.toThrow()
    }
    expect(() => built(body, ask({ dimensions: 7 }))).toThrow(/dimensions: got 7; .+ gives \d+/)
  })
})

describe('what is read', () => {
  const vectors = [[0.5, -0.25, 0]]
  it.each([
    ['titan-embed-v1', { embedding: vectors[0], inputTextTokenCount: 3 }],
    ['titan-embed-v2', { embedding: vectors[0], embeddingsByType: {}, inputTextTokenCount: 3 }],
    ['cohere-embed-v3', { embeddings: vectors, id: 'x', response_type: 'embeddings_floats' }],
    ['cohere-embed-v4', { embeddings: { float: vectors }, response_type: 'embeddings_by_type' }],
    ['nova-embed', { embeddings: [{ embeddingType: 'TEXT', embedding: vectors[0] }] }],
  ])('%s', (id, answer) => {
    expect(bodyById(id).read(answer, { input: 3 })).toEqual({ vectors, tokens: 3 })
  })

  it('many vectors come in the order of their texts', () => {
    const answer = { embeddings: [[1], [2], [3]] }
    expect(bodyById('cohere-embed-v3').read(answer, {})).toEqual({
      vectors: [[1], [2], [3]],
      tokens: undefined,
    })
  })

  it.each(each)('$id reads anything as vectors or as an error of ours', ({ body }) => {
    const wrong = fc.oneof(
      fc.jsonValue({ stringUnit: anyCharacter }),
      fc.record({
        embedding: fc.jsonValue({ stringUnit: anyCharacter }),
        embeddings: fc.jsonValue({ stringUnit: anyCharacter }),
      }),
      fc.record({ embeddings: fc.record({ float: fc.jsonValue({ stringUnit: anyCharacter }) }) }),
    )
    fc.assert(
      fc.property(wrong, (answer) => {
        try {
          for (const vector of body.read(answer, {}).vectors) {
            expect(vector.every(Number.isFinite)).toBe(true)
          }
        } catch (thrown) {
          expect(thrown).toBeInstanceOf(TollgateError)
        }
      }),
      { numRuns: 200 },
    )
  })
})
