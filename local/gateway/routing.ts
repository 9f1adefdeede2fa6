/** Finds the method that answers a path, the most particular resource first. */
import type { Route } from './methods.ts'

export type Matched<Kind extends Route = Route> = {
  readonly method: Kind
  /** As they were sent: API Gateway decodes queries, not paths. */
  readonly pathParameters: Readonly<Record<string, string>> | null
}

export type Routing<Kind extends Route> = Matched<Kind> | 'no-such-method' | 'malformed'

type Resource<Kind extends Route> = {
  readonly segments: readonly string[]
  readonly methods: ReadonlyMap<string, Kind>
}

export function openRouter<Kind extends Route>(
  methods: readonly Kind[],
): (verb: string, path: string) => Routing<Kind> {
  const byPath = Map.groupBy(methods, ({ resourcePath }) => resourcePath)
  const resources = [...byPath].map(([path, own]): Resource<Kind> => {
    return { segments: split(path), methods: new Map(own.map((one) => [one.verb, one])) }
  })
  resources.sort(byParticularity)

  return function route(verb, path) {
    const segments = split(path)
    const resource = resources.find((candidate) => fits(candidate.segments, segments))
    const method = resource?.methods.get(verb) ?? resource?.methods.get('ANY')
    if (resource === undefined || method === undefined) return 'no-such-method'
    try {
      return { method, pathParameters: parametersOf(resource.segments, segments) }
    } catch {
      return 'malformed'
    }
  }
}

/** A slash at the end makes no difference. */
const split = (path: string) => path.replace(/^\//, '').replace(/\/$/, '').split('/')

const isGreedy = (segment: string) => /^\{[^}]+\+\}$/.test(segment)
const isParameter = (segment: string) => segment.startsWith('{')
const nameOf = (segment: string) => segment.replace(/^\{|\+?\}$/g, '')

function fits(pattern: readonly string[], segments: readonly string[]): boolean {
  const last = pattern.at(-1) ?? ''
  const greedy = isGreedy(last)
  if (greedy ? segments.length < pattern.length : segments.length !== pattern.length) return false
  return pattern.every((part, index) => {
    const segment = segments[index] ?? ''
    return isParameter(part) ? segment !== '' : part === segment
  })
}

/** Static before `{param}` before `{proxy+}`, segment by segment. */
function byParticularity(one: Resource<Route>, other: Resource<Route>): number {
  const rank = (segment: string | undefined) =>
    segment === undefined ? 3 : isGreedy(segment) ? 2 : isParameter(segment) ? 1 : 0
  const length = Math.max(one.segments.length, other.segments.length)
  for (let index = 0; index < length; index += 1) {
    const difference = rank(one.segments[index]) - rank(other.segments[index])
    if (difference !== 0) return difference
  }
  return 0
}

/** Throws where a parameter could not be decoded. */
function parametersOf(pattern: readonly string[], segments: readonly string[]) {
  const entries = pattern.flatMap((part, index) => {
    if (!isParameter(part)) return []
    const raw = isGreedy(part) ? segments.slice(index).join('/') : (segments[index] ?? '')
    decodeURIComponent(raw)
    return [[nameOf(part), raw] as const]
  })
  return entries.length === 0 ? null : Object.fromEntries(entries)
}
