/** Cases: a right request, a few changes to its structure, its text, its path and its headers. */
import fc from 'fast-check'
import { oddHeaders, oddKey, oddName, oddValue, withRaw } from './fuzz-odd.ts'
import { ids, type Json, type Seed, type Target } from './fuzz-seeds.ts'
import type { InProcessRequest } from './in-process.ts'

type Change = {
  readonly kind: (typeof kinds)[number]
  readonly at: number
  readonly other: number
  readonly key: string
  readonly value: Json
}

/** What is listed twice happens twice as often. */
const kinds = [
  'replace',
  'replace',
  'delete',
  'copy',
  'rename',
  'add',
  'wrap',
  'swap',
  'repeat',
] as const

type Place = { readonly inside: Json[] | { [key: string]: Json }; readonly key: string }

function placesOf(value: Json): Place[] {
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([key, inner]) => [
    { inside: value, key },
    ...placesOf(inner),
  ])
}

const get = ({ inside, key }: Place): Json => (inside as Record<string, Json>)[key] ?? null

/** As `JSON.parse` sets it: `__proto__` is a name like others. */
const set = ({ inside, key }: Place, value: Json) =>
  Object.defineProperty(inside, key, {
    value,
    ...{ enumerable: true, configurable: true, writable: true },
  })

function remove({ inside, key }: Place) {
  if (Array.isArray(inside)) inside.splice(Number(key), 1)
  else delete inside[key]
}

const largestRepeat = 40

function change(body: Json, { kind, at, other, key, value: shared }: Change): Json {
  const value = structuredClone(shared)
  const places = placesOf(body)
  const place = places[at % places.length]
  if (place === undefined) return value
  const { inside } = place
  const before = get(place)
  const add = (name: string, added: Json) =>
    Array.isArray(inside)
      ? inside.splice(Number(place.key), 0, added)
      : set({ inside, key: name }, added)
  switch (kind) {
    case 'replace':
      set(place, value)
      break
    case 'delete':
      remove(place)
      break
    case 'copy':
      add(key, structuredClone(before))
      break
    case 'rename':
      remove(place)
      add(key, before)
      break
    case 'add':
      add(key, value)
      break
    case 'wrap':
      set(place, other % 2 === 0 ? [before] : { [key]: before })
      break
    case 'swap':
      set(place, structuredClone(get(places[other % places.length] ?? place)))
      break
    case 'repeat':
      if (Array.isArray(before)) {
        const copies = Array.from({ length: other % largestRepeat }, () => before)
        set(place, structuredClone(copies.flat()))
      }
  }
  return body
}

const anyChange: fc.Arbitrary<Change> = fc.record({
  kind: fc.constantFrom(...kinds),
  at: fc.nat(10_000),
  other: fc.nat(10_000),
  key: oddKey,
  value: oddValue,
})

/** What happens to a body once it is text. */
const anyDamage: fc.Arbitrary<(text: string) => string | Buffer> = fc.oneof(
  { weight: 20, arbitrary: fc.constant((text: string) => text) },
  { weight: 1, arbitrary: fc.nat(4000).map((at) => (text: string) => text.slice(0, at)) },
  {
    weight: 1,
    arbitrary: oddKey.map(
      (key) => (text: string) => text.replace('{', `{${JSON.stringify(key)}:1,`),
    ),
  },
  {
    weight: 1,
    arbitrary: fc.tuple(fc.nat(4000), fc.uint8Array({ maxLength: 4 })).map(
      ([at, bytes]) =>
        (text: string) =>
          Buffer.concat([Buffer.from(text.slice(0, at)), bytes, Buffer.from(text.slice(at + 1))]),
    ),
  },
  {
    weight: 1,
    arbitrary: fc.uint8Array({ maxLength: 60 }).map((bytes) => () => Buffer.from(bytes)),
  },
)

const lengths = ['max_tokens', 'max_completion_tokens', 'max_output_tokens'] as const

function bodyOf({ body }: Seed, model: string | undefined, stream: boolean | undefined): Json {
  const copy = structuredClone(body ?? null)
  if (typeof copy !== 'object' || copy === null || Array.isArray(copy)) return copy
  const short = lengths.filter((name) => typeof copy[name] === 'number' && copy[name] < 1000)
  return {
    ...copy,
    ...Object.fromEntries(short.map((name) => [name, 30])),
    ...(model !== undefined && { model }),
    ...(stream !== undefined && { stream }),
  }
}

export function casesOf(target: Target): fc.Arbitrary<InProcessRequest> {
  const { method, resource, parameter, seeds, names, dialect } = target
  const native = dialect.startsWith('bedrock-')
  const streams = !native && !/embeddings|count|models/.test(dialect)
  return fc
    .record({
      seed: fc.constantFrom(...seeds),
      name: fc.constantFrom(...names),
      oddly: fc.option(fc.oneof(fc.constantFrom(...ids), oddName), { freq: 8 }),
      stream: streams ? fc.option(fc.boolean(), { nil: undefined }) : fc.constant(undefined),
      changes: fc.array(anyChange, { maxLength: 3 }),
      damage: anyDamage,
      headers: fc.oneof(
        { weight: 5, arbitrary: fc.constant({}) },
        { weight: 1, arbitrary: oddHeaders },
      ),
      team: fc.oneof(
        { weight: 30, arbitrary: fc.constant('platform') },
        { weight: 1, arbitrary: fc.constantFrom('demo', 'data', 'gone', '__proto__') },
      ),
      query: fc.option(fc.dictionary(oddKey, fc.string(), { maxKeys: 2 }), { freq: 10 }),
    })
    .map(({ seed, name, oddly, stream, changes, damage, headers, team, query }) => {
      const model = seed.model ?? name
      const said = seed.body && bodyOf(seed, parameter ? undefined : (oddly ?? model), stream)
      const changed = said && changes.reduce(change, said)
      const path = oddly ?? encodeURIComponent(model)
      return {
        ...{ method, resource, headers, team },
        ...(parameter !== undefined && { path: { [parameter]: path } }),
        ...(changed !== undefined && { body: damage(withRaw(JSON.stringify(changed))) }),
        ...((seed.query ?? query) && { query: { ...seed.query, ...query } }),
      }
    })
}
