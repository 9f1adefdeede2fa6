/** The parts of an OpenAI message's content, as blocks. */
import type { CachePoint, Document, Image, Text } from '../core/conversation.ts'
import {
  anyText,
  choose,
  list,
  missing,
  object,
  oneOf,
  type Place,
  type Reader,
  refused,
  tell,
  wrong,
} from './openai-fields.ts'
import { dataUrl, documentOf, fileData, imageOf, isImage } from './openai-media.ts'
import { anyString, either, faced, listFace, needing, notCarried } from './schema.ts'

const cacheShape = object({
  type: oneOf({ ephemeral: 'ephemeral' }),
  ttl: oneOf({ '5m': '5m', '1h': '1h' }),
})

/** Anthropic's word, which OpenAI's clients carry to gateways (LiteLLM, "Prompt Caching"). */
const cacheControl: Reader<CachePoint> = faced(needing(cacheShape, 'type'), (value, place) => {
  const said = cacheShape(value, place)
  if (said.type === undefined) throw missing(place, 'type', "'ephemeral'")
  return { ttl: said.ttl ?? '5m' }
})

/** OpenAI keeps a marked prompt for half an hour or twelve, Bedrock for five minutes or one hour. */
const breakpointShape = object({
  mode: oneOf({ explicit: 'explicit' }),
  ttl: oneOf({ '30m': '5m', '12h': '1h' }),
})

const cacheBreakpoint: Reader<CachePoint> = faced(needing(breakpointShape), (value, place) => {
  const { ttl = '5m' } = breakpointShape(value, place)
  tell(place, `the prompt is kept for ${ttl}; cache_control says 5m or 1h`)
  return { ttl }
})

export const cacheFields = {
  cache_control: cacheControl,
  prompt_cache_breakpoint: cacheBreakpoint,
}

type CacheSaid = {
  readonly cache_control?: CachePoint
  readonly prompt_cache_breakpoint?: CachePoint
}

export function cached(said: CacheSaid): { readonly cache?: CachePoint } {
  const cache = said.cache_control ?? said.prompt_cache_breakpoint
  return cache === undefined ? {} : { cache }
}

const textShape = object({ type: anyText, text: anyText, ...cacheFields })

/** Blank text says nothing, and models refuse it. */
const textPart: Reader<Text | undefined> = faced(needing(textShape, 'text'), (value, place) => {
  const said = textShape(value, place)
  if (said.text === undefined) throw missing(place, 'text', 'a string')
  if (said.text.trim() !== '') return { type: 'text', text: said.text, ...cached(said) }
  if (cached(said).cache !== undefined) tell(place, 'a cache mark is left out with its blank text')
  return undefined
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

const detail: Reader<undefined> = faced(
  notCarried(anyString, 'the model decides how close it looks'),
  (value, place) => {
    if (anyText(value, place) !== 'auto')
      tell(place, 'left out; the model decides how close it looks')
    return undefined
  },
)

const imageUrlShape = object({
  url: faced(dataUrl, (value: unknown, place: Place) => imageOf(anyText(value, place), place)),
  detail,
})

const imageUrl: Reader<Pick<Image, 'mediaType' | 'data'>> = faced(
  either(dataUrl, needing(imageUrlShape, 'url')),
  (value, place) => {
    if (typeof value === 'string') return imageOf(value, place)
    const said = imageUrlShape(value, place)
    if (said.url === undefined) throw missing(place, 'url', 'a data URL')
    return said.url
  },
)

const imageShape = object({ type: anyText, image_url: imageUrl, ...cacheFields })

const imagePart: Reader<Image> = faced(needing(imageShape, 'image_url'), (value, place) => {
  const said = imageShape(value, place)
  if (said.image_url === undefined) throw missing(place, 'image_url', 'an object with a url')
  return { type: 'image', ...said.image_url, ...cached(said) }
})

const fileShape = object({
  type: anyText,
  file: object({
    file_data: faced(fileData, (value: unknown, place: Place) => ({
      text: anyText(value, place),
      place,
    })),
    filename: anyText,
    file_id: refused('the gateway keeps no files; send the file itself as file_data'),
  }),
  ...cacheFields,
})

const filePart: Reader<Document | Image> = faced(
  needing(fileShape, 'file.file_data'),
  (value, place) => {
    const said = fileShape(value, place)
    const data = said.file?.file_data
    if (data === undefined) throw missing(place, 'file.file_data', 'a data URL')
    if (isImage(data.text)) {
      return { type: 'image', ...imageOf(data.text, data.place), ...cached(said) }
    }
    const name = said.file?.filename
    return {
      type: 'document',
      ...documentOf(data.text, name, data.place),
      ...(name !== undefined && name !== '' && { name }),
      ...cached(said),
    }
  },
)

/** A string is one text; a list has parts. */
const content = <T>(part: Reader<T>): Reader<readonly (Exclude<T, undefined> | Text)[]> =>
  faced(either(anyString, listFace(part)), (value, place) => {
    if (Array.isArray(value)) return parts(part)(value, place)
    if (typeof value !== 'string') throw wrong(place, value, 'a string or a list of parts')
    return value.trim() === '' ? [] : [{ type: 'text', text: value }]
  })

const parts = <T>(part: Reader<T>) => list(part)

const noAudio = { input_audio: 'cannot be carried: the models here take no sound; send its text' }

export const systemContent = content(choose('type', { text: textPart }))
export const userContent = content(
  choose('type', { text: textPart, image_url: imagePart, file: filePart }, noAudio),
)
/** OpenAI has only text here; images and documents are read too, since models take them. */
export const toolContent = userContent
export const assistantContent = content(choose('type', { text: textPart, refusal: refusalPart }))
