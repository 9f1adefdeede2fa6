/** How an answer tells of what arrived besides text: its kind, its type, its size. */

const bytesOf = (base64: string): number => Buffer.byteLength(base64, 'base64')

export const imageReceived = (mediaType: string, base64: string): string =>
  `${mediaType} image of ${bytesOf(base64)} bytes`

export const documentReceived = (mediaType: string, name: string | undefined, base64: string) =>
  `${mediaType} document${name === undefined ? '' : ` "${name}"`} of ${bytesOf(base64)} bytes`

export const toolReceived = (name: string | undefined, failed: boolean, said: string): string =>
  `tool ${name ?? 'unknown'} ${failed ? 'failed' : 'said'}: ${said}`

export const thinkingReceived = (signature: string | undefined): string =>
  signature === undefined ? 'unsigned thinking' : 'signed thinking'

export const redactedReceived = 'redacted thinking'
