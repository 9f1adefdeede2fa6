/** Dynalite's own operations, called as functions instead of over HTTP. */
import { createRequire } from 'node:module'
import type { Values } from '../template/values.ts'

export const operations = [
  'BatchGetItem',
  'BatchWriteItem',
  'CreateTable',
  'DeleteItem',
  'DescribeTable',
  'GetItem',
  'ListTables',
  'PutItem',
  'Query',
  'Scan',
  'UpdateItem',
] as const

export type Operation = (typeof operations)[number]

export type Outcome =
  | { readonly type: 'done'; readonly output: Values }
  /** As DynamoDB puts it, `__type` and all. */
  | { readonly type: 'refused'; readonly status: number; readonly body: Values }

export type Engine = {
  readonly run: (operation: Operation, input: Values) => Promise<Outcome>
  /** Without waiting for Dynalite to call a table ready. */
  readonly activate: (table: string) => Promise<void>
  readonly close: () => Promise<void>
}

type Database = {
  readonly open: () => Promise<void>
  readonly close: () => Promise<void>
}

type Tables = {
  readonly get: (name: string, done: (error: unknown, table: Values) => void) => void
  readonly put: (name: string, table: Values, done: (error: unknown) => void) => void
}

type Store = { readonly db: Database; readonly tableDb: Tables }
type Thrown = { readonly statusCode?: number; readonly body?: Values }
type Rules = { readonly types: unknown; readonly custom: unknown }
type Action = (
  store: Store,
  input: object,
  done: (error: Thrown | null | undefined, output: Values) => void,
) => void

/** Its main export is a server round these parts, which can neither be asked nor closed without a port. */
const require = createRequire(import.meta.url)
const { create }: { create: (options: object) => Store } = require('dynalite/db')
const { checkTypes, checkValidations, toLowerFirst } = require('dynalite/validations') as {
  checkTypes: (input: object, types: unknown) => object
  checkValidations: (input: object, types: unknown, custom: unknown, store: Store) => void
  toLowerFirst: (text: string) => string
}

/** Kept in `folder` (LevelDB: what was answered survives the process), or in memory. */
export async function openEngine(folder?: string): Promise<Engine> {
  const store = create({ createTableMs: 0, ...(folder !== undefined && { path: folder }) })
  await store.db.open()
  return {
    async run(operation, input) {
      try {
        return { type: 'done', output: await perform(store, operation, input) }
      } catch (thrown) {
        const { statusCode, body } = thrown as Thrown
        if (statusCode === undefined || body === undefined) throw thrown
        return { type: 'refused', status: statusCode, body }
      }
    },
    async activate(name) {
      const table = await new Promise<Values>((resolve, reject) => {
        store.tableDb.get(name, (error, found) => (error ? reject(error) : resolve(found)))
      })
      await new Promise<void>((resolve, reject) => {
        const active = { ...table, TableStatus: 'ACTIVE' }
        store.tableDb.put(name, active, (error) => (error ? reject(error) : resolve()))
      })
    },
    close: () => store.db.close(),
  }
}

function perform(store: Store, operation: Operation, input: Values): Promise<Values> {
  const name = toLowerFirst(operation)
  const { types, custom }: Rules = require(`dynalite/validations/${name}`)
  const action: Action = require(`dynalite/actions/${name}`)
  const checked = checkTypes({ ...input }, types)
  checkValidations(checked, types, custom, store)
  return new Promise((resolve, reject) => {
    action(store, checked, (error, output) => (error ? reject(error) : resolve(output)))
  })
}
