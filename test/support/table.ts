/** A table like the ledger's, for a test that needs no gateway. */
export { startTable, type TableServer } from '../../local/aws/table.ts'
