/** Reads images and documents, which must stand in the body itself: the gateway fetches nothing. */
import type { Document, Image } from '../core/conversation.ts'
import { cacheControl, cached } from './anthropic-cache.ts'
import {
  leftOut,
  listOf,
  need,
  objectOf,
  oneOf,
  type Place,
  type Reader,
  readFields,
  refused,
  text,
  unsupported,
  word,
  wrong,
} from './anthropic-fields.ts'
import { anyString, either, faced, listFace, shape, toldApart } from './schema.ts'

const elsewhere: Readonly<Record<string, string>> = {
  url: 'the gateway never fetches an address; send the bytes as a base64 source.',
  file: 'the gateway keeps no files; send the bytes as a base64 source.',
}

const base64Text = /^[A-Za-z0-9+/]+={0,2}$/

const base64: Reader<string> = faced(
  () => ({ type: 'string', pattern: base64Text.source }),
  (value, place) => {
    if (typeof value !== 'string' || value === '' || !base64Text.test(value)) {
      const got = typeof value === 'string' && value !== '' ? 'other text' : value
      throw wrong(got, place, 'base64 of the bytes, without a data: prefix')
    }
    return value
  },
)

type Readers<T> = Readonly<Record<string, Reader<T>>>

/** Tells sources apart by their type. */
const sourceReader = <T>(kinds: Readers<T>): Reader<T> =>
  faced(toldApart('type', kinds), (value, place) => {
    const { type, ...fields } = objectOf(value, place)
    const known = typeof type === 'string'
    if (known && Object.hasOwn(elsewhere, type)) throw unsupported(place, elsewhere[type] ?? '')
    const reader = known && Object.hasOwn(kinds, type) ? kinds[type] : undefined
    const at = { ...place, path: `${place.path}.type` }
    if (reader === undefined) throw wrong(type, at, Object.keys(kinds).join(' or '))
    return reader(fields, place)
  })

const imageFields = {
  media_type: oneOf('image/png', 'image/jpeg', 'image/gif', 'image/webp'),
  data: base64,
}

const imageSource = sourceReader<Pick<Image, 'mediaType' | 'data'>>({
  base64: faced(shape(imageFields, 'media_type', 'data'), (value: unknown, place: Place) => {
    const { media_type, data } = readFields(value, place, imageFields)
    return {
      mediaType: need(media_type, place, 'media_type', 'such as image/png'),
      data: need(data, place, 'data', 'base64 of the bytes'),
    }
  }),
})

const imageParts = {
  source: imageSource,
  cache_control: cacheControl,
  transformations: leftOut('Bedrock resizes images as it sees fit'),
}

export function readImage(value: unknown, place: Place): Image {
  const { source, cache_control } = readFields(value, place, imageParts)
  return {
    type: 'image',
    ...need(source, place, 'source', 'a base64 source'),
    ...cached(cache_control),
  }
}
readImage.schema = shape(imageParts, 'source')

type Source = Pick<Document, 'mediaType' | 'data'>

const plainText = (words: string): Source => ({
  mediaType: 'text/plain',
  data: Buffer.from(words, 'utf8').toString('base64'),
})

const bytes = { media_type: oneOf('application/pdf'), data: base64 }
const plain = { media_type: oneOf('text/plain'), data: text }

const partFields = { text, cache_control: leftOut('set it on the document itself') }

const textPart: Reader<string> = faced(
  toldApart('type', { text: { schema: shape(partFields, 'text') } }),
  (value, place) => {
    const { type, ...fields } = objectOf(value, place)
    if (type !== 'text') throw unsupported(place, 'a document’s content takes text blocks only.')
    return need(readFields(fields, place, partFields).text, place, 'text', 'a string')
  },
)

const parts = listOf(textPart, 'a string or a list of text blocks')

const contents: Reader<string> = faced(either(anyString, listFace(textPart)), (value, place) => {
  if (typeof value === 'string') return value
  place.notice(`document content in parts: sent as one text; parts matter to citations only`)
  return parts(value, place).join('\n\n')
})

const whole = { content: contents }

const documentSource = sourceReader<Source>({
  base64: faced(shape(bytes, 'media_type', 'data'), (value: unknown, place: Place) => {
    const { media_type, data } = readFields(value, place, bytes)
    return {
      mediaType: need(media_type, place, 'media_type', 'application/pdf'),
      data: need(data, place, 'data', 'base64 of the bytes'),
    }
  }),
  text: faced(shape(plain, 'media_type', 'data'), (value: unknown, place: Place) => {
    const { media_type, data } = readFields(value, place, plain)
    need(media_type, place, 'media_type', 'text/plain')
    return plainText(need(data, place, 'data', 'the text'))
  }),
  content: faced(shape(whole, 'content'), (value: unknown, place: Place) => {
    const { content } = readFields(value, place, whole)
    return plainText(need(content, place, 'content', 'a string or a list of text blocks'))
  }),
})

const isOff = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && (!('enabled' in value) || value.enabled !== true)

const documentParts = {
  source: documentSource,
  title: word,
  context: refused('is not carried; put it in a text block beside the document.'),
  citations: refused('answers of the gateway carry no citations; leave them off.', isOff),
  cache_control: cacheControl,
}

export function readDocument(value: unknown, place: Place): Document {
  const { source, title, cache_control } = readFields(value, place, documentParts)
  return {
    type: 'document',
    ...need(source, place, 'source', 'a base64, text or content source'),
    ...(title !== undefined && { name: title }),
    ...cached(cache_control),
  }
}
readDocument.schema = shape(documentParts, 'source')
