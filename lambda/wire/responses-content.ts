/** Reads the content parts of a Responses item: texts, images and files. */
import type { Document, Image, Text } from '../core/conversation.ts'
import {
  anyText,
  choose,
  leftOut,
  list,
  missing,
  object,
  type Place,
  type Reader,
  record,
  refused,
  wrong,
} from './openai-fields.ts'
import { dataUrl, documentOf, fileData, imageOf, isImage } from './openai-media.ts'
import { cached, cacheFields } from './openai-parts.ts'
import { anyString, either, faced, listFace, needing } from './schema.ts'

export type Part = Text | Image | Document

const textShape = object({
  type: anyText,
  text: anyText,
  annotations: list(record),
  logprobs: list(record),
  ...cacheFields,
})

/** Blank text says nothing, and models refuse it. */
const textPart: Reader<Text | undefined> = faced(needing(textShape, 'text'), (value, place) => {
  const said = textShape(value, place)
  if (said.text === undefined) throw missing(place, 'text', 'a string')
  return said.text.trim() === '' ? undefined : { type: 'text', text: said.text, ...cached(said) }
})

const refusalShape = object({ type: anyText, refusal: anyText })

const refusalPart: Reader<Text | undefined> = faced(
  needing(refusalShape, 'refusal'),
  (value, place) => {
    const { refusal } = refusalShape(value, place)
    if (refusal === undefined) throw missing(place, 'refusal', 'a string')
    return refusal.trim() === '' ? undefined : { type: 'text', text: refusal }
  },
)

const noFiles = refused('the gateway keeps no files; send the bytes themselves, as a data URL')

const detail = leftOut(anyText, 'the model decides how close it looks', (word) => word === 'auto')

const imageShape = object({
  type: anyText,
  image_url: faced(dataUrl, (value: unknown, place: Place) =>
    imageOf(anyText(value, place), place),
  ),
  detail,
  file_id: noFiles,
  ...cacheFields,
})

const imagePart: Reader<Image> = faced(needing(imageShape, 'image_url'), (value, place) => {
  const said = imageShape(value, place)
  if (said.image_url === undefined) throw missing(place, 'image_url', 'a data URL')
  return { type: 'image', ...said.image_url, ...cached(said) }
})

const fileShape = object({
  type: anyText,
  filename: anyText,
  file_data: faced(fileData, (value: unknown, place: Place) => ({
    data: anyText(value, place),
    place,
  })),
  file_id: noFiles,
  file_url: refused('the gateway never fetches; send the bytes themselves as file_data'),
  detail,
  ...cacheFields,
})

const filePart: Reader<Document | Image> = faced(
  needing(fileShape, 'file_data'),
  (value, place) => {
    const said = fileShape(value, place)
    if (said.file_data === undefined) throw missing(place, 'file_data', 'a data URL')
    const { data, place: at } = said.file_data
    if (isImage(data)) return { type: 'image', ...imageOf(data, at), ...cached(said) }
    const name = said.filename
    const named = name === undefined || name === '' ? {} : { name }
    return { type: 'document', ...documentOf(data, name, at), ...named, ...cached(said) }
  },
)

const noAudio = { input_audio: 'cannot be carried: the models here take no sound; send its text' }

const texts = { input_text: textPart, output_text: textPart, refusal: refusalPart }

const content = <P extends Part>(part: Reader<P | undefined>): Reader<readonly (P | Text)[]> =>
  faced(either(anyString, listFace(part)), (value, place) => {
    if (Array.isArray(value)) return list(part)(value, place) as readonly P[]
    if (typeof value !== 'string') throw wrong(place, value, 'a string or a list of parts')
    return value.trim() === '' ? [] : [{ type: 'text', text: value }]
  })

/** What a user says, and what a tool gives back. */
export const anyContent = content<Part>(
  choose('type', { ...texts, input_image: imagePart, input_file: filePart }, noAudio),
)

const onlyUser = 'is for messages of the user'

export const textContent = content<Text>(
  choose('type', texts, { ...noAudio, input_image: onlyUser, input_file: onlyUser }),
)

/** The texts of a reasoning item, whichever way it tells them. */
export const thoughts: Reader<readonly string[]> = list(
  faced(needing(textShape), (value: unknown, place: Place) => {
    const { text } = textShape(value, place)
    return text === undefined || text === '' ? undefined : text
  }),
)
