/** What operations of API Gateway's control plane have in common: how they are asked, paged and refused. */
import type { KeyRegistry } from '../gateway/key-registry.ts'

/** What an operation is asked: the values in its path, its query, and its body. */
export type Asked = {
  readonly path: readonly string[]
  readonly query: URLSearchParams
  readonly body: Readonly<Record<string, unknown>>
}

export type Operation = {
  readonly method: string
  /** A group for each value. */
  readonly path: RegExp
  readonly status: number
  readonly run: (asked: Asked) => object | undefined
}

export type Control = {
  readonly registry: KeyRegistry
  readonly api: { readonly id: string; readonly stage: string }
  /** Milliseconds since 1970. */
  readonly now: () => number
}

/** An operation that API Gateway refuses, by the names its SDKs know. */
export class Refused extends Error {
  readonly status: number
  readonly code: string

  constructor(code: keyof typeof statuses, message: string) {
    super(message)
    this.code = code
    this.status = statuses[code]
  }
}

const statuses = {
  BadRequestException: 400,
  NotFoundException: 404,
  ConflictException: 409,
} as const

const usualPage = 25
const largestPage = 500

/** One page of a list, and where the next one begins. */
export function pageOf<Item>(
  items: readonly Item[],
  query: URLSearchParams,
): object & {
  readonly item: readonly Item[]
} {
  const limit = Number(query.get('limit') ?? usualPage)
  if (!Number.isInteger(limit) || limit < 1 || limit > largestPage) {
    throw new Refused('BadRequestException', `Limit must be from 1 to ${largestPage}`)
  }
  const start = query.get('position') === null ? 0 : placeOf(query.get('position') ?? '')
  const end = start + limit
  return {
    item: items.slice(start, end),
    ...(end < items.length && { position: Buffer.from(`at ${end}`).toString('base64url') }),
  }
}

function placeOf(position: string): number {
  const [, place] = /^at (\d+)$/.exec(Buffer.from(position, 'base64url').toString()) ?? []
  if (place === undefined) throw new Refused('BadRequestException', 'Invalid position parameter')
  return Number(place)
}
