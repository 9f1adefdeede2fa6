/** Labels that AWS keeps with its own logs of a call: whose it was, and the gateway's id of it. */
import type { TargetedCall } from '../core/contracts.ts'
import { TollgateError } from '../core/errors.ts'
import type { Operation } from './bedrock-endpoint.ts'
import { memberOf, withMember } from './json-member.ts'

export type Labels = Readonly<Record<string, string>>

export type Labelled = Pick<TargetedCall, 'id' | 'caller' | 'notice' | 'native'>

type Message = { readonly headers: Readonly<Record<string, string>>; readonly body: Buffer }

/** Nothing a caller says takes the place of one of these. */
export const ownLabels = ({ id, caller: { team, keyId } }: Labelled): Labels => ({
  team,
  keyId,
  requestId: id,
})

const header = 'x-amzn-bedrock-request-metadata'
const field = 'requestMetadata'

/**
 * AWS, "Per-request metadata tagging": InvokeModel takes them in a header, as JSON, Converse in a
 * field of its body. CountTokens takes none.
 */
export function labelled(operation: Operation, message: Message, call: Labelled): Message {
  const { [header]: said, ...headers } = message.headers
  const { body } = message
  if (operation === 'count-tokens') return { headers, body }
  if (operation.startsWith('invoke')) {
    return { headers: { ...headers, [header]: inHeader(merged(parsed(said), header, call)) }, body }
  }
  /** What is built here says none. */
  const found = call.native && memberOf(body, field)
  const labels = merged(found?.value, field, call)
  return { headers, body: withMember(body, field, labels, found?.span) }
}

/** Signature Version 4 takes a run of spaces in a header for one; JSON can write them otherwise. */
const inHeader = (labels: Labels): string =>
  JSON.stringify(labels).replace(/ {2,}/g, (run) => '\\u0020'.repeat(run.length))

function parsed(said: string | undefined): unknown {
  if (said === undefined) return undefined
  try {
    return JSON.parse(said)
  } catch {
    throw wrong(header, 'got something that is not JSON')
  }
}

/** AWS, Converse, `requestMetadata`: how many, and which keys and values. */
const most = 16
const key = /^[a-zA-Z0-9\s:_@$#=/+,.-]{1,256}$/
const value = /^[a-zA-Z0-9\s:_@$#=/+,.-]{0,256}$/
const ascii = /^[\0-\x7f]*$/

function merged(theirs: unknown, place: string, call: Labelled): Labels {
  const own = ownLabels(call)
  if (theirs === undefined) return own
  const said = checked(theirs, place)
  const others = said.filter(([name]) => !Object.hasOwn(own, name))
  const kept = others.slice(0, most - Object.keys(own).length)
  const lost = [...said.filter((one) => !others.includes(one)), ...others.slice(kept.length)]
  if (lost.length > 0) {
    const names = lost
      .map(([name]) => name)
      .join(', ')
      .slice(0, 200)
    const ours = Object.keys(own).join(', ')
    call.notice(`${place}: ${names} left out; Bedrock takes ${most}, and ${ours} are the gateway's`)
  }
  return { ...Object.fromEntries(kept), ...own }
}

function checked(said: unknown, place: string): [string, string][] {
  if (typeof said !== 'object' || said === null || Array.isArray(said)) {
    throw wrong(
      place,
      `got ${said === null ? 'null' : Array.isArray(said) ? 'a list' : typeof said}`,
    )
  }
  const entries = Object.entries(said)
  if (entries.length > most) throw wrong(place, `got ${entries.length} entries`)
  return entries.map(([name, text]) => {
    if (!key.test(name) || !ascii.test(name)) {
      throw wrong(place, `got the key ${JSON.stringify(name.slice(0, 40))}`)
    }
    if (typeof text === 'string' && value.test(text) && ascii.test(text)) return [name, text]
    throw wrong(`${place}.${name}`, `got ${JSON.stringify(text).slice(0, 40)}`)
  })
}

const wrong = (place: string, got: string): TollgateError =>
  new TollgateError(
    'invalid_body',
    `${place}: ${got}; it takes an object of at most ${most} strings, keys and values of up to 256 letters, digits, spaces and :_@$#=/+,.-`,
    { param: place },
  )
