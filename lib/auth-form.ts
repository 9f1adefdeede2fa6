/** The form of `auth`: which headers carry a key, or whose tokens are taken beside keys. */
import { type Check, fields, isObject, list, such, text } from './checks.ts'

const loopback = ['localhost', '127.0.0.1']

/** As a token's `iss` has it, letter by letter. */
const issuer = such('an https:// address without query', (value) => {
  const url = typeof value === 'string' ? URL.parse(value) : null
  if (url === null || `${value}` !== `${value}`.trim()) return false
  const safe = url.protocol === 'https:' || loopback.includes(url.hostname)
  return safe && /^https?:$/.test(url.protocol) && !/[?#@]/.test(`${value}`)
})

const audience: Check = (value, path) =>
  Array.isArray(value) ? list(text, 1)(value, path) : text(value, path)

const jwt = fields({ jwt: fields({ issuer, audience, teamClaim: text }) })

const headers = such(
  'one of "any", "x-api-key", or an object with jwt',
  (value) => value === 'any' || value === 'x-api-key',
)

export const auth: Check = (value, path) => (isObject(value) ? jwt : headers)(value, path)
