/** Checks the words an operator makes up. */
import { WrongUse } from './problems.ts'

/** Tags of API Gateway take these characters. */
const keyName = /^[A-Za-z0-9_.:/=+@-]([A-Za-z0-9 _.:/=+@-]{0,58}[A-Za-z0-9_.:/=+@-])?$/

export function readKeyName(name: string | undefined): string | undefined {
  if (name === undefined || keyName.test(name)) return name
  const needs = '1 to 60 letters, digits, spaces and _ . : / = + @ -'
  throw new WrongUse(`--name: got ${JSON.stringify(name)}, needs ${needs}.`)
}

const longestReason = 200

/** It is told to callers, in a header too. */
export function readReason(reason: string): string {
  const text = reason.trim().replace(/\.$/, '')
  if (text !== '' && text.length <= longestReason && !/\p{Cc}/u.test(text)) return text
  throw new WrongUse(`--reason: needs a line of 1 to ${longestReason} characters.`)
}
