/** What native bodies for embeddings say: every text, and what is asked of its vector. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { embeddingBodies } from '../lambda/bodies/index.ts'
import {
  type SaidEmbedding,
  saidCohereEmbed,
  saidNovaEmbed,
  saidTitanEmbed,
} from '../lambda/bodies/said-embeddings.ts'
import type { Json, JsonObject } from '../lambda/core/conversation.ts'
import { TollgateError } from '../lambda/core/errors.ts'
import type { EmbeddingModel } from '../lambda/core/model.ts'
import { models } from '../lambda/models/index.ts'
import { belongs, changed, withMarker } from './said-bodies.ts'
import { anyCharacter } from './support/arbitrary.ts'

const readers: Readonly<Record<string, (body: unknown) => SaidEmbedding>> = {
  'titan-embed-v1': saidTitanEmbed,
  'titan-embed-v2': saidTitanEmbed,
  'cohere-embed-v3': saidCohereEmbed,
  'cohere-embed-v4': saidCohereEmbed,
  'nova-embed': saidNovaEmbed,
}

/** What says how, and no text. */
const steers = /(embeddingTypes|embedding_types|truncate|truncationMode|schemaVersion)$/

describe.each(Object.keys(readers))('%s', (id) => {
  const body = embeddingBodies.find((each) => each.id === id)
  const model = (models as readonly unknown[]).find(
    (each) => (each as EmbeddingModel).body === body,
  ) as EmbeddingModel | undefined
  const facts = model ?? ({ name: id, dimensions: [1024, 256] } as unknown as EmbeddingModel)
  const read = readers[id] as (body: unknown) => SaidEmbedding

  const asked = fc.record({
    inputs: fc.array(fc.string({ minLength: 1 }), { minLength: 1, maxLength: 1 }),
    use: fc.constantFrom('document', 'query', 'classification', 'clustering'),
  })

  const builtOf = (inputs: readonly string[], said: Partial<SaidEmbedding>) =>
    body?.build(
      { model: id, stream: false, inputs, ...said },
      inputs,
      facts,
      () => {},
    ) as JsonObject

  it('says what was built into it', () => {
    fc.assert(
      fc.property(asked, ({ inputs, use }) => {
        const sent = builtOf(inputs, { use })
        const said = read(sent)
        expect(said.inputs).toEqual(inputs)
        expect(builtOf(said.inputs, said)).toStrictEqual(sent)
        if (!id.startsWith('titan')) expect(said.use).toBe(use)
      }),
      { numRuns: 100 },
    )
  })

  it('misses no text, and refuses what it does not know', () => {
    const valid = builtOf(['Hello'], {})
    const missed = [...withMarker(valid)].filter(
      ([path, marked]) => !belongs(() => read(marked), path) && !steers.test(path),
    )
    expect(missed).toEqual([])
    fc.assert(
      fc.property(
        fc.oneof(fc.jsonValue({ stringUnit: anyCharacter }), changed(fc.constant(valid as Json))),
        (value) => {
          try {
            expect(read(value).inputs.length).toBeGreaterThan(0)
          } catch (thrown) {
            expect(thrown).toBeInstanceOf(TollgateError)
          }
        },
      ),
      { numRuns: 300 },
    )
  })
})

it('an image, a film or a bucket to embed is refused, for nobody here could look at it', () => {
  const params = { text: { source: { s3Location: { uri: 's3://a/b' } } } }
  const bodies: [(body: unknown) => SaidEmbedding, unknown][] = [
    [saidCohereEmbed, { images: ['data:image/png;base64,AAAA'], input_type: 'image' }],
    [saidCohereEmbed, { inputs: [{ content: [{ type: 'text', text: 'x' }] }] }],
    [saidNovaEmbed, { taskType: 'SINGLE_EMBEDDING', singleEmbeddingParams: params }],
    [saidNovaEmbed, { taskType: 'SINGLE_EMBEDDING', singleEmbeddingParams: { image: {} } }],
  ]
  for (const [read, body] of bodies) expect(() => read(body)).toThrow(TollgateError)
})
