/** Every policy × every route × streamed or not × fallback or not × remembered or not × key or token. */
import type { Way } from './policy-checks.ts'
import { type Route, routes } from './policy-routes.ts'
import { type Row, rows } from './policy-rows.ts'

export type Cell = Way & { readonly name: string; readonly row: Row; readonly model: string }

const both = [false, true] as const

/** Why nothing can be asked so, whatever the policy. */
const nobodyAsks = ({ route, hit }: Pick<Way, 'route' | 'hit'>): string | undefined =>
  route.kind === 'count' && hit ? 'Counts are not remembered.' : undefined

export const whyNever = (row: Row, way: Pick<Way, 'route' | 'hit'>): string | undefined =>
  row.never?.(way) ?? nobodyAsks(way)

/** Both families of bodies where both can be asked. */
const modelsOf = ({ kind }: Route): readonly string[] =>
  kind === 'embed' ? ['vectors'] : kind === 'count' ? ['claude'] : ['claude', 'nova']

function nameOf({ row, route, stream, fallback, hit, caller, model }: Omit<Cell, 'name'>): string {
  const how = [
    ...[stream ? 'streamed' : 'whole', hit ? 'remembered' : 'asked anew'],
    ...[fallback ? 'fallback' : 'first region', caller, model],
  ]
  return `${row.name}: ${route.name}, ${how.join(', ')}`
}

const cellsOf = (row: Row, route: Route): readonly Cell[] =>
  route.streams.flatMap((stream) =>
    both.flatMap((fallback) =>
      both
        .filter((hit) => whyNever(row, { route, hit }) === undefined)
        .flatMap((hit) =>
          (['key', 'token'] as const).flatMap((caller) =>
            modelsOf(route).map((model) => {
              const cell = { row, route, stream, fallback, hit, caller, model }
              return { ...cell, name: nameOf(cell) }
            }),
          ),
        ),
    ),
  )

export const cells: readonly Cell[] = rows.flatMap((row) =>
  routes.flatMap((route) => cellsOf(row, route)),
)

export const axes: Readonly<Record<string, (cell: Cell) => unknown>> = {
  stream: ({ stream }) => stream,
  fallback: ({ fallback }) => fallback,
  hit: ({ hit }) => hit,
  caller: ({ caller }) => caller,
}

/** Each two values of two axes, as words. */
export const pairsOf = (cell: Cell): readonly string[] =>
  Object.entries(axes).flatMap(([one, valueOfOne], at) =>
    Object.entries(axes)
      .slice(at + 1)
      .map(([other, valueOfOther]) => {
        return `${one} ${valueOfOne(cell)}, ${other} ${valueOfOther(cell)}`
      }),
  )

/** How many more calls it takes. */
const effortOf = ({ hit, fallback }: Cell): number => Number(hit) + Number(fallback)

/**
 * One of each policy on each route: the one with most pairs that the policy was not tried with, else
 * the one that takes least; each policy begins at another route.
 */
export const sample: readonly Cell[] = rows.flatMap((row, place) => {
  const seen = new Set<string>()
  const turn = (place * 5) % routes.length
  return [...routes.slice(turn), ...routes.slice(0, turn)].flatMap((route, at) => {
    const all = cellsOf(row, route)
    const fresh = (cell: Cell) => pairsOf(cell).filter((pair) => !seen.has(pair)).length
    const first = all.length === 0 ? 0 : (place + at * 7) % all.length
    const [best] = [...all.slice(first), ...all.slice(0, first)].toSorted(
      (one, other) => fresh(other) - fresh(one) || effortOf(one) - effortOf(other),
    )
    for (const pair of best === undefined ? [] : pairsOf(best)) seen.add(pair)
    return best === undefined ? [] : [best]
  })
})
