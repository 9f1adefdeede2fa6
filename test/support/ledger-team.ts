/** A team with limits, alone or under an organisation's, and ledgers over a table of a test's own. */
import type { GatewayConfig } from '../../lambda/core/config.ts'
import type { Amounts } from '../../lambda/core/ledger.ts'
import { type Happening, type LedgerOptions, openLedger } from '../../lambda/ledger/ledger.ts'
import { marks } from '../../lambda/ledger/slices.ts'
import type { Item, Store } from '../../lambda/ledger/store.ts'
import { totalOf } from '../../lambda/ledger/total.ts'

export const noon = Date.UTC(2026, 10, 20, 12)
export const minute = 60_000

const month = `tm${((2026 - 1970) * 12 + 10).toString(36)}`
export const teamPk = 'team#red'
export const organisationPk = 'org'

export type Shape = {
  readonly limit?: number
  readonly maxParallel?: number
  readonly organisation?: number
}

export const teamConfig = ({
  limit = 1_000_000,
  maxParallel,
  organisation,
}: Shape): GatewayConfig => ({
  regions: ['us-east-1'],
  models: {},
  plans: {
    some: {
      limits: [{ tokens: limit, per: 'month' }],
      ...(maxParallel !== undefined && { maxParallel }),
    },
  },
  teams: { red: { plan: 'some', models: '*' } },
  ...(organisation !== undefined && {
    organisation: { limits: [{ tokens: organisation, per: 'month' }] },
  }),
})

export const tokensOf = (tokens: number): Amounts => ({
  requests: 1,
  tokens,
  microUsd: tokens * 2,
})

/** Everybody's ledger of this shape: tells what it tells to `told`. */
export function teamLedger(shape: Shape, store: Store, options: LedgerOptions = {}) {
  const told: Happening['type'][] = []
  const now = options.now ?? (() => noon)
  const ledger = openLedger(teamConfig(shape), store, {
    tell: ({ type }) => void told.push(type),
    ...options,
    now,
  })
  const hold = (tokens: number, id = 'r') =>
    ledger.hold({
      id,
      caller: { team: 'red', keyId: 'abcd1234' },
      model: 'm',
      amounts: tokensOf(tokens),
      until: now() + 15 * minute,
    })
  return { ledger, told, hold }
}

/** What an account counts this month, what of it is open, and what is on its way in it. */
export async function standOf(store: Store, pk: string) {
  const { item, entries } = await totalOf(store, pk)
  const items = [await store.read({ pk, sk: 'now' }), ...(await store.list(pk, 'slice#'))]
  const open = entries.reduce((sum, { amounts }) => sum + amounts.tokens, 0)
  return {
    total: Number(item[month] ?? 0),
    entries: entries.length,
    open,
    parallel: Number(item.p ?? 0),
    transfers: items.flatMap((one) => (one === undefined ? [] : transfersIn(one))),
    leased: items.slice(1).reduce((sum, one) => sum + Math.min(0, Number(one?.[month] ?? 0)), 0),
  }
}

const transfersIn = (item: Item): readonly string[] =>
  Object.keys(item).filter((name) =>
    [marks.given, marks.returned, marks.counted].some((mark) => name.startsWith(mark)),
  )
