/** Writes documents as Converse takes them: a format it knows, and a name of its own for each. */
import type { Document, JsonObject } from '../core/conversation.ts'
import { TollgateError } from '../core/errors.ts'

/** AWS, Converse's DocumentBlock. */
const formats: Readonly<Record<string, string>> = {
  'application/pdf': 'pdf',
  'text/csv': 'csv',
  'application/msword': 'doc',
  'application/vnd.openxmlformats-officedocument.wordprocessingml.document': 'docx',
  'application/vnd.ms-excel': 'xls',
  'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet': 'xlsx',
  'text/html': 'html',
  'text/plain': 'txt',
  'text/markdown': 'md',
}

/** Names are letters, digits, single spaces, hyphens, parentheses and brackets, each only once. */
export function documentWriter() {
  const used = new Set<string>()

  function nameOf(wished: string | undefined): string {
    const plain = (wished ?? '')
      .replace(/[^A-Za-z0-9()[\]-]+/g, ' ')
      .trim()
      .slice(0, 190)
    const name = plain === '' ? 'document' : plain
    for (let count = 1; ; count += 1) {
      const candidate = count === 1 ? name : `${name} ${count}`
      if (used.has(candidate)) continue
      used.add(candidate)
      return candidate
    }
  }

  return ({ mediaType, name, data }: Document): JsonObject => {
    const format = Object.hasOwn(formats, mediaType) ? formats[mediaType] : undefined
    if (format === undefined) {
      const known = Object.keys(formats).join(', ')
      const message = `A document may be one of ${known}; we got ${mediaType}: messages`
      throw new TollgateError('unsupported_parameter', message, { param: 'messages' })
    }
    return { document: { format, name: nameOf(name), source: { bytes: data } } }
  }
}

export type DocumentFields = ReturnType<typeof documentWriter>
