/** Models that Cohere documents, by Cohere's own names. Cohere, "An Overview of Cohere's Models". */

export type CohereChatModel = {
  readonly task: 'chat'
  /** In tokens. */
  readonly context: number
  readonly output: number
  readonly thinks?: true
  readonly sees?: true
}

export type CohereEmbedModel = {
  readonly task: 'embed'
  readonly context: number
  /** Lengths of a vector, the default first; only where there are several can one be asked for. */
  readonly dimensions: readonly number[]
}

export type CohereModel = CohereChatModel | CohereEmbedModel

const embed3 = { task: 'embed', context: 512, dimensions: [1024] } as const

export const cohereModels: Readonly<Record<string, CohereModel>> = {
  'command-a-03-2025': { task: 'chat', context: 256_000, output: 8_000 },
  'command-a-reasoning-08-2025': { task: 'chat', context: 256_000, output: 32_000, thinks: true },
  'command-a-vision-07-2025': { task: 'chat', context: 128_000, output: 8_000, sees: true },
  'command-r7b-12-2024': { task: 'chat', context: 128_000, output: 4_000 },
  'embed-v4.0': { task: 'embed', context: 128_000, dimensions: [1536, 1024, 512, 256] },
  'embed-english-v3.0': embed3,
  'embed-multilingual-v3.0': embed3,
}
