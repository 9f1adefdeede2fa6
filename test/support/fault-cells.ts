/** Every row of the fault matrix × way of asking × whole or streamed × one target or two, and what must come of it. */
import type { GatewayConfig } from '../../lambda/core/config.ts'
import type { ErrorCode } from '../../lambda/core/errors.ts'
import { type Charge, type Course, type Fault, type Mode, type Row, rows } from './fault-rows.ts'
import { type Way, ways } from './ways.ts'

/**
 * `once`: one target, which fails once. `alone`: one, which goes on failing. `first`: two, of which
 * the first fails. `both`: two that fail.
 */
export type Scope = 'once' | 'alone' | 'first' | 'both'

export type Family = 'claude' | 'nova'

export type Cell = {
  readonly name: string
  readonly row: Row
  readonly fault: Fault
  readonly way: Way
  readonly mode: Mode
  readonly scope: Scope
  readonly family: Family
}

export const ids: Readonly<Record<Family, string>> = {
  claude: 'anthropic.claude-haiku-4-5-20251001-v1:0',
  nova: 'amazon.nova-lite-v1:0',
}

/** Where the first target is: a simulated region behind a proxy, or an address that is none. */
export const places = { here: 'us-east-1', unknown: 'eu-west-1', plain: 'eu-central-1' } as const
export const other = 'us-west-2'
export type PlaceName = keyof typeof places

const isTwo = (scope: Scope): boolean => scope === 'first' || scope === 'both'

/** Of the configuration's names, the one whose targets a cell needs. */
export const aliasOf = (family: Family, place: PlaceName, two: boolean): string =>
  place === 'here' && two ? family : `${family}-${place}-${two ? 'two' : 'one'}`

export const models: GatewayConfig['models'] = Object.fromEntries(
  (Object.keys(ids) as Family[]).flatMap((family) =>
    (Object.keys(places) as PlaceName[]).flatMap((place) =>
      [false, true].map((two) => {
        const regions = two ? [places[place], other] : [places[place]]
        const targets = regions.map((region) => ({ model: ids[family], region }))
        return [aliasOf(family, place, two), { targets }]
      }),
    ),
  ),
)

export const placeOf = ({
  fault,
  scope,
}: Cell): { readonly place: PlaceName; readonly two: boolean } => ({
  place: fault.address ?? 'here',
  two: isTwo(scope),
})

const scopesOf: Readonly<Record<Course, readonly Scope[]>> = {
  retried: ['once', 'alone', 'first', 'both'],
  'handed on': ['alone', 'first', 'both'],
  told: ['alone', 'first'],
  broken: ['alone', 'first'],
  'passed over': ['alone', 'first'],
  'out of time': ['alone', 'first'],
}

/** An address is what it is; a network that is down stays down. */
const canBe = (scope: Scope, { address, network }: Fault): boolean =>
  (scope !== 'once' || (address === undefined && network !== 'down')) &&
  (scope !== 'both' || address === undefined)

const modes: readonly Mode[] = ['whole', 'stream']

/** Amazon's own body is asked too where two targets are; Anthropic's is asked everywhere. */
const familiesOf = (scope: Scope, fault: Fault): readonly Family[] =>
  isTwo(scope) && fault.address === undefined ? ['claude', 'nova'] : ['claude']

export const cells: readonly Cell[] = rows.flatMap((row) =>
  modes.flatMap((mode) =>
    (row.faults[mode] ?? []).flatMap((fault) =>
      scopesOf[row.course]
        .filter((scope) => canBe(scope, fault))
        .flatMap((scope) =>
          familiesOf(scope, fault).flatMap((family) =>
            ways
              .filter(({ streams }) => streams.includes(mode === 'stream'))
              .map((way) => {
                const spec = fault.bedrock ?? fault.network ?? fault.address
                const where = `${isTwo(scope) ? 'two targets' : 'one target'}, ${scope}`
                const name = `${row.id} ${spec}, ${where}: ${way.name}, ${mode}, ${family}`
                return { name, row, fault, way, mode, scope, family }
              }),
          ),
        ),
    ),
  ),
)

/** One way of asking for each row, fault and scope; each in its turn, so that all of them are asked. */
export const sample: readonly Cell[] = [
  ...Map.groupBy(cells, ({ row, fault, scope }) =>
    [rows.indexOf(row), JSON.stringify(fault), scope].join(' '),
  ).values(),
].flatMap((alike, turn) => alike[(turn * 5) % alike.length] ?? [])

export type Expected = {
  /** `answer`, or the code that is told: as an answer, or at the stream's end. */
  readonly told: 'answer' | { readonly refused: ErrorCode } | { readonly broken: ErrorCode }
  /** Attempts that failed, in order, as the number of the target; then the one that answered. */
  readonly failed: readonly (0 | 1)[]
  readonly answered: 0 | 1 | undefined
  readonly charge: Charge
}

export function expected({ row, fault, scope }: Cell): Expected {
  const { course, charge } = row
  const code = fault.code ?? row.code ?? 'internal_error'
  const refused = { refused: code } as const
  const nobody = { told: refused, answered: undefined, charge }
  switch (course) {
    case 'retried':
      switch (scope) {
        case 'once':
          return { told: 'answer', failed: [0], answered: 0, charge }
        case 'first':
          return { told: 'answer', failed: [0], answered: 1, charge }
        case 'alone':
          return { ...nobody, failed: [0, 0, 0] }
        case 'both':
          return { ...nobody, failed: [0, 1, 0] }
      }
      break
    case 'handed on':
      if (scope === 'first') return { told: 'answer', failed: [0], answered: 1, charge }
      return { ...nobody, failed: scope === 'both' ? [0, 1] : [0] }
    case 'told':
      return { ...nobody, failed: [0] }
    case 'out of time':
      return { ...nobody, failed: row.unseen ? [] : [0] }
    case 'broken':
      return { told: { broken: code }, failed: [], answered: 0, charge }
    case 'passed over':
      return { told: 'answer', failed: [], answered: 0, charge }
  }
}
