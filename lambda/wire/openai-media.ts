/** Images and documents that callers send inside the request, as data URLs. */
import type { ImageType } from '../core/conversation.ts'
import { type Place, tell, unfit, unsupported, wrong } from './openai-fields.ts'
import { anyString, described, type Face } from './schema.ts'

export const dataUrl: Face = () => ({
  type: 'string',
  pattern: '^[Dd][Aa][Tt][Aa]:',
  description: 'A data URL; the gateway never fetches.',
})

export const fileData: Face = described(
  anyString,
  'A data URL, or bare base64 where the ending of filename says what it is.',
)

type Media<Type extends string> = { readonly mediaType: Type; readonly data: string }

/** The first bytes say what an image is; clients' labels are often guesses. */
export function imageOf(url: string, place: Place): Media<ImageType> {
  const { mediaType, data } = readDataUrl(url, place, 'data:image/png;base64,…')
  if (!mediaType.startsWith('image/')) throw unfit(place, mediaType, imageNeeds)
  const actual = imageType(data)
  if (actual === undefined) throw unfit(place, `${mediaType} of other bytes`, imageNeeds)
  const vague = mediaType === 'image/*' || mediaType === 'image/jpg'
  if (actual !== mediaType && !vague) tell(place, `said ${mediaType}; sent as the ${actual} it is`)
  return { mediaType: actual, data }
}

const imageNeeds = 'a PNG, JPEG, GIF or WebP image'

function imageType(data: string): ImageType | undefined {
  const head = firstBytes(data, 12)
  if (head.startsWith('\x89PNG\r\n\x1a\n')) return 'image/png'
  if (head.startsWith('\xff\xd8\xff')) return 'image/jpeg'
  if (head.startsWith('GIF87a') || head.startsWith('GIF89a')) return 'image/gif'
  if (head.startsWith('RIFF') && head.slice(8, 12) === 'WEBP') return 'image/webp'
  return undefined
}

type DocumentType = { readonly mediaType: string; readonly begins?: string }

const zip = 'PK\x03\x04'
const ole = '\xd0\xcf\x11\xe0'
const office = 'application/vnd.openxmlformats-officedocument'

/** What Bedrock takes as documents, by the ending of the name (Converse DocumentBlock, `format`). */
const documentTypes: Readonly<Record<string, DocumentType>> = {
  pdf: { mediaType: 'application/pdf', begins: '%PDF-' },
  csv: { mediaType: 'text/csv' },
  doc: { mediaType: 'application/msword', begins: ole },
  docx: { mediaType: `${office}.wordprocessingml.document`, begins: zip },
  xls: { mediaType: 'application/vnd.ms-excel', begins: ole },
  xlsx: { mediaType: `${office}.spreadsheetml.sheet`, begins: zip },
  html: { mediaType: 'text/html' },
  txt: { mediaType: 'text/plain' },
  md: { mediaType: 'text/markdown' },
}

const documentNeeds = `a document of one of these kinds: ${Object.keys(documentTypes).join(', ')}`

/** `fileData` is a data URL, or bare base64 where the name's ending says what it is. */
export function documentOf(fileData: string, name: string | undefined, place: Place) {
  const bare = !fileData.includes(':')
  const { mediaType, data } = bare
    ? { mediaType: '', data: base64(fileData, place) }
    : readDataUrl(fileData, place, 'data:application/pdf;base64,…')
  const ending = name?.split('.').at(-1)?.toLowerCase() ?? ''
  const byName = Object.hasOwn(documentTypes, ending) ? documentTypes[ending] : undefined
  const byLabel = Object.values(documentTypes).find((type) => type.mediaType === mediaType)
  const vague = bare || mediaType === 'application/octet-stream'
  const type = byLabel ?? (vague ? byName : undefined)
  if (type === undefined) throw unfit(place, bare ? 'bare base64' : mediaType, documentNeeds)
  if (type.begins !== undefined && !firstBytes(data, 1024).includes(type.begins)) {
    throw unfit(place, `${type.mediaType} of other bytes`, documentNeeds)
  }
  return { mediaType: type.mediaType, data } satisfies Media<string>
}

export const isImage = (fileData: string): boolean => /^data:image\//i.test(fileData)

function readDataUrl(url: string, place: Place, example: string): Media<string> {
  if (/^https?:/i.test(url)) {
    throw unsupported(place, `is an address, and the gateway never fetches; send it as ${example}`)
  }
  const comma = url.slice(0, 400).indexOf(',')
  const head = /^data:([^;,\s]+)(?:;[^;,]*)*;base64$/i.exec(url.slice(0, Math.max(comma, 0)))
  if (head?.[1] === undefined) throw wrong(place, url, `a data URL as ${example}`)
  return { mediaType: head[1].toLowerCase(), data: base64(url.slice(comma + 1), place) }
}

/** Line breaks and missing padding have one meaning, and are mended. */
function base64(text: string, place: Place): string {
  const dense = /\s/.test(text) ? text.replace(/\s+/g, '') : text
  const end = dense.endsWith('==') ? -2 : dense.endsWith('=') ? -1 : dense.length
  const digits = dense.slice(0, end)
  const rest = digits.length % 4
  if (digits === '' || rest === 1 || /[^A-Za-z0-9+/]/.test(digits)) {
    throw unfit(place, 'other data', 'base64 in its standard alphabet')
  }
  return rest === 0 ? digits : digits.padEnd(digits.length + 4 - rest, '=')
}

const firstBytes = (data: string, count: number): string =>
  Buffer.from(data.slice(0, Math.ceil(count / 3) * 4), 'base64').toString('latin1')
