/** What Bedrock says of a wrong body: in JSON Schema's words, Pydantic's for Claude, Smithy's for Converse. */
import type { Path, Wording } from './shapes.ts'

const pointer = (path: Path) => ['#', ...path].join('/')
const capital = (word: string) => word.charAt(0).toUpperCase() + word.slice(1)
const list = (words: readonly string[]) => words.join(', ')

/** Titan, Llama, Claude's text completions and Nova, put into `malformed`. */
export const schemaWording: Wording = {
  missing: ({ at, key }) => `${pointer(at)}: required key [${key}] not found`,
  extra: ({ at, key }) => `${pointer(at)}: extraneous key [${key}] is not permitted`,
  type: ({ at, expected, found }) =>
    `${pointer(at)}: expected type: ${capital(expected)}, found: ${capital(found)}`,
  bounds: ({ at, value, min, over, max }) =>
    max !== undefined && value > max
      ? `${pointer(at)}: ${value} is not less or equal to ${max}`
      : over !== undefined
        ? `${pointer(at)}: ${value} is not greater than ${over}`
        : `${pointer(at)}: ${value} is not greater or equal to ${min}`,
  word: ({ at, value, allowed }) =>
    `${pointer(at)}: ${value} is not a valid enum value, expected one of: ${list(allowed)}`,
  pattern: ({ at, value, pattern }) =>
    `${pointer(at)}: string [${value}] does not match pattern ${pattern.source}`,
  short: ({ at, least }) => `${pointer(at)}: expected minLength: ${least}`,
  long: ({ at, count, most }) => `${pointer(at)}: expected maxLength: ${most}, actual: ${count}`,
  few: ({ at, count, least }) =>
    `${pointer(at)}: expected minimum item count: ${least}, found: ${count}`,
  many: ({ at, count, most }) =>
    `${pointer(at)}: expected maximum item count: ${most}, found: ${count}`,
  choice: ({ at, keys, allowed }) =>
    `${pointer(at)}: expected exactly one of [${list(allowed)}], found: [${list(keys)}]`,
}

export function malformed(found: readonly string[]): string {
  const [first = ''] = found
  const what =
    found.length === 1 ? first : `${found.length} schema violations found: ${found.join('; ')}`
  return `Malformed input request: ${what}, please reformat your input and try again.`
}

const dotted = (path: Path) => path.join('.')
const prefix = (path: Path) => (path.length === 0 ? '' : `${dotted(path)}: `)
const quoted = (words: readonly string[]) => words.map((word) => `'${word}'`).join(' or ')
const pydanticTypes: Readonly<Record<string, string>> = {
  array: 'list',
  object: 'dictionary',
  'string or array': 'string or list',
}

/** Claude's Messages. */
export const pydanticWording: Wording = {
  missing: ({ at, key }) => `${dotted([...at, key])}: Field required`,
  extra: ({ at, key }) => `${dotted([...at, key])}: Extra inputs are not permitted`,
  type: ({ at, expected }) =>
    `${prefix(at)}Input should be a valid ${pydanticTypes[expected] ?? expected}`,
  bounds: ({ at, value, min, over, max }) =>
    max === undefined
      ? `${prefix(at)}Input should be greater than or equal to ${min ?? over}`
      : Number.isInteger(max) && max > 1 && value > max && min === 1
        ? `${prefix(at)}${value} > ${max}, which is the maximum allowed number of output tokens`
        : `${prefix(at)}range: ${min ?? over}..${max}`,
  word: ({ at, allowed }) => `${prefix(at)}Input should be ${quoted(allowed)}`,
  pattern: ({ at, pattern }) => `${prefix(at)}String should match pattern '${pattern.source}'`,
  short: ({ at, least }) => `${prefix(at)}String should have at least ${least} characters`,
  long: ({ at, most }) => `${prefix(at)}String should have at most ${most} characters`,
  few: ({ at, least }) =>
    dotted(at) === 'messages'
      ? 'messages: at least one message is required'
      : `${prefix(at)}List should have at least ${least} item`,
  many: ({ at, count, most }) =>
    `${prefix(at)}List should have at most ${most} items after validation, not ${count}`,
  choice: ({ at, allowed }) => `${prefix(at)}Input should have exactly one of ${quoted(allowed)}`,
}

/** Members of lists are counted from one: `messages.1.member.content`. */
const member = (path: Path) =>
  path.map((step) => (typeof step === 'number' ? `${step + 1}.member` : step)).join('.')

const failed = (path: Path) => `Value at '${member(path)}' failed to satisfy constraint:`

/** Converse and CountTokens, whose bodies Bedrock itself has defined. */
export const smithyWording: Wording = {
  missing: ({ at, key }) => `${failed([...at, key])} Member must not be null`,
  extra: ({ at, key }) => `${failed([...at, key])} Member is not known`,
  type: ({ at, expected, found }) =>
    `${failed(at)} Member must be of type ${expected}, not ${found}`,
  bounds: ({ at, value, min, over, max }) =>
    max !== undefined && value > max
      ? `${failed(at)} Member must have value less than or equal to ${max}`
      : `${failed(at)} Member must have value greater than or equal to ${min ?? over}`,
  word: ({ at, value, allowed }) =>
    `Value '${value}' at '${member(at)}' failed to satisfy constraint: Member must satisfy enum value set: [${list(allowed)}]`,
  pattern: ({ at, pattern }) =>
    `${failed(at)} Member must satisfy regular expression pattern: ${pattern.source}`,
  short: ({ at, least }) =>
    `${failed(at)} Member must have length greater than or equal to ${least}`,
  long: ({ at, most }) => `${failed(at)} Member must have length less than or equal to ${most}`,
  few: ({ at, least }) => `${failed(at)} Member must have length greater than or equal to ${least}`,
  many: ({ at, most }) => `${failed(at)} Member must have length less than or equal to ${most}`,
  choice: ({ at, keys, allowed }) =>
    `${failed(at)} Member must have exactly one of [${list(allowed)}], not [${list(keys)}]`,
}

export const validationErrors = (found: readonly string[]): string =>
  `${found.length} validation error${found.length === 1 ? '' : 's'} detected: ${found.join('; ')}`
