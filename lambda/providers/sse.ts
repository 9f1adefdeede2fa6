/** Reads server-sent events, however their bytes are cut (WHATWG HTML, "Server-sent events"). */
import { TollgateError } from '../core/errors.ts'

/** `event` is `message` where the server named none. */
export type ServerEvent = { readonly event: string; readonly data: string }

/** In characters: a whole answer, with its images, is smaller; what is longer is no stream of ours. */
const longestEvent = 16_000_000

/**
 * What arrived together is told together. `heard` is called at every arrival, comments included:
 * some servers keep a connection alive with nothing else. An event that is not ended by an empty
 * line was cut off, and is not told; a connection that breaks is thrown.
 */
export async function* sseEvents(
  answer: AsyncIterable<Uint8Array>,
  heard: () => void,
): AsyncGenerator<readonly ServerEvent[]> {
  const reader = sseReader()
  for await (const bytes of answer) {
    heard()
    const events = reader.read(bytes)
    if (events.length > 0) yield events
    if (reader.overlong()) throw new TollgateError('upstream_error', tooLong)
  }
}

const tooLong = 'The model answered with an event that has no end.'

/** The state of one stream. */
export function sseReader() {
  /** Takes away a mark of byte order, and keeps half a character for the next bytes. */
  const decoder = new TextDecoder()
  let line = ''
  let afterReturn = false
  let name = ''
  let data: string[] = []
  let held = 0

  /** One whole line; an empty one ends an event. */
  function take(whole: string): ServerEvent | undefined {
    if (whole === '') return dispatch()
    const colon = whole.indexOf(':')
    const field = colon < 0 ? whole : whole.slice(0, colon)
    const value = colon < 0 ? '' : whole.slice(whole[colon + 1] === ' ' ? colon + 2 : colon + 1)
    if (field === 'event') name = value
    if (field === 'data') {
      data.push(value)
      held += value.length
    }
    return undefined
  }

  /** Without data there is no event. */
  function dispatch(): ServerEvent | undefined {
    const event = { event: name === '' ? 'message' : name, data: data.join('\n') }
    const told = data.length > 0
    name = ''
    data = []
    held = 0
    return told ? event : undefined
  }

  return {
    read(bytes: Uint8Array): readonly ServerEvent[] {
      let text = decoder.decode(bytes, { stream: true })
      if (text === '') return []
      /** The second half of a line's end that was cut in two. */
      if (afterReturn && text.startsWith('\n')) text = text.slice(1)
      afterReturn = text === '' ? false : text.endsWith('\r')
      const [first = '', ...others] = text.split(/\r\n|\r|\n/)
      line += first
      const events: ServerEvent[] = []
      for (const next of others) {
        const event = take(line)
        if (event !== undefined) events.push(event)
        line = next
      }
      return events
    },
    overlong: () => line.length + held > longestEvent,
  }
}
