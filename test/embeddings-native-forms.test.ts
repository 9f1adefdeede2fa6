/** A caller's own request for embeddings may ask for any form its model has: all are told as they come, and counted. */
import { describe, expect, it, vi } from 'vitest'
import { invoke } from './support/in-process.ts'
import { twoRegions } from './support/regions.ts'

vi.mock('#gateway-config', () => ({
  default: {
    regions: ['us-east-1', 'us-west-2'],
    models: { nova: 'amazon.nova-lite-v1:0' },
    plans: { free: {} },
    teams: { demo: { plan: 'free', models: '*' } },
  },
}))
const regions = twoRegions()

const texts = { texts: ['Hello'], input_type: 'search_query' }
const forms: readonly (readonly [model: string, body: object])[] = [
  ['cohere.embed-v4:0', texts],
  ['cohere.embed-v4:0', { ...texts, embedding_types: ['int8'] }],
  ['cohere.embed-v4:0', { ...texts, embedding_types: ['float', 'binary'] }],
  ['cohere.embed-english-v3', texts],
  ['cohere.embed-english-v3', { ...texts, embedding_types: ['ubinary'] }],
  ['amazon.titan-embed-text-v2:0', { inputText: 'Hello', embeddingTypes: ['binary'] }],
]

describe.each(forms)('%s, asked %j', (modelId, said) => {
  it('is answered with Bedrock’s own bytes, once', async () => {
    const { statusCode, text, headers, lines } = await invoke({
      ...{ resource: '/model/{modelId}/invoke', path: { modelId }, team: 'demo' },
      body: JSON.stringify(said),
    })
    expect([statusCode, headers['x-tollgate-attempts']], text).toEqual([200, 'us-east-1:ok'])
    expect(JSON.parse(text)).toHaveProperty(
      modelId.startsWith('cohere') ? 'embeddings' : 'embeddingsByType',
    )
    const [bill] = regions.east.billed()
    expect(lines).toMatchObject([{ outcome: 'ok', InputTokens: bill?.input }])
  })
})
