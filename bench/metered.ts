/** What the ledger's table was asked, and the name it has. */

export const tableName = 'Tollgate-ledger'

export type Metered = {
  readonly calls: number
  readonly writes: number
  readonly writeUnits: number
  /** Of a team's history, which are in none of those above. */
  readonly history: number
}
