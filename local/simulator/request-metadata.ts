/** The labels of a request, which Bedrock checks and keeps with its logs: Converse's and InvokeModel's. */
import { invalid } from './exceptions.ts'
import type { Operation } from './operations.ts'

export type RequestMetadata = Readonly<Record<string, string>>

const text = /^[a-zA-Z0-9\s:_@$#=/+,.-]{0,256}$/
const mostEntries = 16

/** Of an object; `undefined` where nothing is wrong. */
export function metadataProblem(metadata: object): string | undefined {
  const entries = Object.entries(metadata)
  if (entries.length > mostEntries) {
    return `requestMetadata has ${entries.length} entries, and can have at most ${mostEntries}.`
  }
  const wrong = entries.find(
    ([key, value]) =>
      key === '' || !text.test(key) || typeof value !== 'string' || !text.test(value),
  )
  return wrong === undefined
    ? undefined
    : `Value at 'requestMetadata.${wrong[0]}' failed to satisfy constraint: keys and values must be strings that match ${text.source}`
}

type Labelled = {
  readonly operation: Operation
  readonly headers: Readonly<Record<string, string>>
  readonly body: unknown
}

/** As it came, whatever it is: InvokeModel's stands in a header, as JSON. */
export function metadataOf({ operation, headers, body }: Labelled): unknown {
  switch (operation) {
    case 'InvokeModel':
    case 'InvokeModelWithResponseStream':
      return inHeader(headers['x-amzn-bedrock-request-metadata'])
    case 'Converse':
    case 'ConverseStream':
      return Object(body).requestMetadata
    case 'CountTokens':
      return undefined
  }
}

function inHeader(said: string | undefined): unknown {
  if (said === undefined) return undefined
  try {
    return JSON.parse(said)
  } catch {
    return said
  }
}

/** A header is looked at before the body; Converse's field with the rest of its body. */
export function checkMetadataHeader({ operation, headers, body }: Labelled): void {
  if (!operation.startsWith('Invoke')) return
  const metadata = metadataOf({ operation, headers, body })
  if (metadata === undefined) return
  if (typeof metadata !== 'object' || metadata === null || Array.isArray(metadata)) {
    throw invalid('requestMetadata must be a JSON object of strings.')
  }
  const problem = metadataProblem(metadata)
  if (problem !== undefined) throw invalid(problem)
}
