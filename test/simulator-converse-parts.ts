/** Parts of Converse requests, right and wrong, and how Bedrock words what is wrong with them. */
import { user } from './simulator-claude-refusals.ts'
import type { JsonRecord } from './simulator-client.ts'

export const text = (words: string) => ({ text: words })
export const asks = (...content: readonly unknown[]) => ({ messages: [user(...content)] })
export const tool = (name: string, change: JsonRecord = {}) => ({
  toolSpec: { name, inputSchema: { json: { type: 'object' } }, ...change },
})
export const toolConfig = { tools: [tool('add')] }
export const call = { toolUse: { toolUseId: 'a1', name: 'add', input: {} } }
export const result = { toolResult: { toolUseId: 'a1', content: [text('3')] } }
export const image = (source: unknown, format = 'png') => ({ image: { format, source } })
export const document = (name: string, change: JsonRecord = {}) => ({
  document: { format: 'pdf', name, source: { bytes: 'aGk=' }, ...change },
})
export const point = (ttl?: string) => ({ cachePoint: { type: 'default', ...(ttl && { ttl }) } })
export const signed = { reasoningContent: { reasoningText: { text: 'Hm.', signature: 'c2ln' } } }
export const unsigned = { reasoningContent: { reasoningText: { text: 'Hm.' } } }
export const inference = (inferenceConfig: JsonRecord) => ({ inferenceConfig })
export const additional = (fields: JsonRecord) => ({ additionalModelRequestFields: fields })

export const failed = (path: string, what: string) =>
  `1 validation error detected: Value at '${path}' failed to satisfy constraint: ${what}`
export const noField = (field: string) =>
  `This model doesn't support the ${field} field. Remove ${field} and try again.`
export const fromModel = (message: string) => `The model returned the following errors: ${message}`
