/** Reads images and documents in Converse's words; only bytes that stand in the body itself. */
import type { Document, Image, Text } from '../core/conversation.ts'
import {
  isEmpty,
  listOf,
  need,
  oneOf,
  type Place,
  type Reader,
  readFields,
  refused,
  text,
  wrong,
} from '../wire/anthropic-fields.ts'
import { given, steering, steeringFields, unread } from './said-fields.ts'

const base64: Reader<string> = (value, place) => {
  const written = text(value, place)
  if (/^[A-Za-z0-9+/]+={0,2}$/.test(written)) return written
  throw wrong(written === '' ? written : 'other text', place, 'base64 of the bytes')
}

const elsewhere = refused('the gateway reads no buckets; send the bytes themselves.')

const source = { bytes: base64, s3Location: elsewhere }

const imageTypes = {
  png: 'image/png',
  jpeg: 'image/jpeg',
  gif: 'image/gif',
  webp: 'image/webp',
} as const satisfies Readonly<Record<string, Image['mediaType']>>

const imageFields = {
  format: oneOf('png', 'jpeg', 'gif', 'webp'),
  source: ((value, place) => readFields(value, place, source)) satisfies Reader<unknown>,
}

export function readImage(value: unknown, place: Place): readonly Image[] {
  const read = readFields(value, place, imageFields)
  const format = need(read.format, place, 'format', 'such as png')
  const data = need(read.source?.bytes, place, 'source.bytes', 'the bytes of the image')
  return [{ type: 'image', mediaType: imageTypes[format], data }]
}

/** AWS, Converse's DocumentBlock. */
const documentTypes = {
  pdf: 'application/pdf',
  csv: 'text/csv',
  doc: 'application/msword',
  docx: 'application/vnd.openxmlformats-officedocument.wordprocessingml.document',
  xls: 'application/vnd.ms-excel',
  xlsx: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
  html: 'text/html',
  txt: 'text/plain',
  md: 'text/markdown',
} as const

const formats = Object.keys(documentTypes) as (keyof typeof documentTypes)[]

const part: Reader<string> = (value, place) =>
  need(readFields(value, place, { text }).text, place, 'text', 'a string')

const documentSource = { ...source, text, content: listOf(part) }

const flags: Reader<undefined> = (value, place) =>
  void readFields(value, place, { enabled: steering })

const documentFields = {
  format: oneOf(...formats),
  name: text,
  source: ((value, place) => readFields(value, place, documentSource)) satisfies Reader<unknown>,
  context: text,
  citations: flags,
}

type Source = {
  readonly bytes?: string
  readonly text?: string
  readonly content?: readonly string[]
}

/** One of three ways; plain words are put as the bytes they are. */
function dataOf({ bytes, text: words, content }: Source, place: Place): readonly [string, boolean] {
  const ways = [bytes, words, content?.join('\n')].filter((way) => way !== undefined)
  const [data, ...others] = ways
  if (data === undefined || others.length > 0) throw wrong(ways.length, place, 'one source')
  return bytes === undefined ? [Buffer.from(data, 'utf8').toString('base64'), true] : [data, false]
}

/** What is said about a document is a text before it. */
export function readDocument(value: unknown, place: Place): readonly (Document | Text)[] {
  const { format, name, source, context } = readFields(value, place, documentFields)
  const at = { ...place, path: `${place.path}.source` }
  const [data, plain] = dataOf(need(source, place, 'source', 'the bytes or a text'), at)
  const mediaType = plain
    ? 'text/plain'
    : documentTypes[need(format, place, 'format', 'such as pdf')]
  const document: Document = { type: 'document', mediaType, data, ...given({ name }) }
  return context === undefined ? [document] : [{ type: 'text', text: context }, document]
}

const resultFields = {
  source: text,
  title: text,
  content: listOf(part),
  citations: flags,
}

/** What was found somewhere: every word of it, as text. */
export function readSearchResult(value: unknown, place: Place): readonly Text[] {
  const { source, title, content = [] } = readFields(value, place, resultFields)
  return textsOf([title, source, ...content])
}

export const textsOf = (words: readonly (string | undefined)[]): readonly Text[] =>
  words.flatMap((word) => (word === undefined ? [] : [{ type: 'text', text: word }]))

const guardedText = { text, qualifiers: listOf(unread) }

const guarded = {
  text: ((value, place) => readFields(value, place, guardedText).text) satisfies Reader<unknown>,
  image: readImage,
}

/** What is marked for a guardrail is read by the model all the same. */
export function readGuarded(value: unknown, place: Place): readonly (Text | Image)[] {
  const { text: words, image = [] } = readFields(value, place, guarded)
  return [...textsOf([words]), ...image]
}

const numbers: Reader<readonly []> = (value, place) => {
  steeringFields(value, place)
  return []
}

const web: Reader<readonly (string | undefined)[]> = (value, place) => {
  const { url, domain } = readFields(value, place, { url: text, domain: text })
  return [url, domain]
}

/** Where a passage stands is told in numbers, but for the web. */
const location: Reader<readonly (string | undefined)[]> = (value, place) =>
  Object.values(readFields(value, place, locations)).flat()

const locations = {
  web,
  documentChar: numbers,
  documentPage: numbers,
  documentChunk: numbers,
  searchResultLocation: numbers,
}

const placed = { title: text, source: text, sourceContent: listOf(part), location }

const citation: Reader<readonly (string | undefined)[]> = (value, place) =>
  Object.values(readFields(value, place, placed)).flat()

const cited = { content: listOf(part), citations: listOf(citation) }

/** An earlier answer with its sources: every word of it, as text. */
export function readCited(value: unknown, place: Place): readonly Text[] {
  const { content = [], citations = [] } = readFields(value, place, cited)
  return textsOf([...content, ...citations.flat()])
}

export const noSound = refused('sound cannot be read here; send its text.', isEmpty)
export const noFilm = refused('films cannot be read here; send what they show.', isEmpty)
