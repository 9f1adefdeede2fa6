/** The store in memory and the real one over the table are one and the same, and names stay out of expressions. */
import fc from 'fast-check'
import { afterAll, beforeAll, expect, it } from 'vitest'
import {
  type Change,
  ConditionFailed,
  openStore,
  type Store,
  updateOf,
} from '../lambda/ledger/store.ts'
import { jsonAnswer } from '../local/aws/answers.ts'
import { startAws } from '../local/aws/server.ts'
import { anyCharacter } from './support/arbitrary.ts'
import { runs } from './support/effort.ts'
import { memoryStore } from './support/memory-store.ts'
import { startTable, type TableServer } from './support/table.ts'

let table: TableServer | undefined
beforeAll(async () => {
  Object.assign(process.env, {
    AWS_ACCESS_KEY_ID: 'AKIATOLLGATELEDGER00',
    AWS_SECRET_ACCESS_KEY: 'none',
  })
  table = await startTable()
})
afterAll(() => table?.close())

const counters = ['r', 'td1', 'u.k#é']
const texts = ['o.a', 'o.b', 'x."q', ':v0']
const counter = fc.constantFrom(...counters)
const text = fc.constantFrom(...texts)
const whole = fc.integer({ min: -5, max: 5 })
const word = fc.constantFrom('one', 'two', '{"a":1}')
const some = { maxKeys: 2 }

const change: fc.Arbitrary<Omit<Change, 'key'> & { readonly sk: string }> = fc
  .record({
    sk: fc.constantFrom('now', 'slice#a', 'slice#b'),
    add: fc.dictionary(counter, whole, some),
    set: fc.dictionary(text, word, some),
    drop: fc.uniqueArray(fc.constantFrom(...counters, ...texts), { maxLength: 2 }),
    only: fc.record(
      {
        absent: fc.uniqueArray(text, { maxLength: 1 }),
        present: fc.uniqueArray(text, { maxLength: 1 }),
        equal: fc.dictionary(text, word, { maxKeys: 1 }),
        atMost: fc.dictionary(counter, whole, some),
      },
      { requiredKeys: [] },
    ),
  })
  .map((one) => ({
    ...one,
    /** A change changes something. */
    set: { touched: 'yes', ...one.set },
    /** No table takes two changes of one attribute at once. */
    drop: one.drop.filter((name) => !(name in one.add) && !(name in one.set)),
  }))

const told = async (work: Promise<unknown>): Promise<unknown> => {
  try {
    return await work
  } catch (thrown) {
    if (thrown instanceof ConditionFailed) return 'refused'
    throw thrown
  }
}

let partitions = 0

it('they tell the same and keep the same, change by change', async () => {
  const { url: endpoint, table: name } = table as TableServer
  const real = openStore({ table: name, region: 'us-east-1', endpoint })
  await fc.assert(
    fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 25 }), async (steps) => {
      partitions += 1
      const pk = `p${partitions}`
      const memory = memoryStore()
      const both = <T>(ask: (store: Store) => Promise<T>) =>
        Promise.all([told(ask(real)), told(ask(memory))])
      for (const { sk, ...rest } of steps) {
        const key = { pk, sk }
        const [fromTable, fromMemory] = await both((store) => store.update({ key, ...rest }))
        expect(fromMemory).toEqual(fromTable)
        const [inTable, inMemory] = await both((store) => store.read(key))
        expect(inMemory).toEqual(inTable)
      }
      const [listed, remembered] = await both((store) => store.list(pk, 'slice#'))
      expect(remembered).toEqual(listed)
      await both((store) => store.put({ pk, sk: 'slice#a', n: 1 }))
      const many = ['slice#b', 'slice#c'].map((sk, index) => ({ pk, sk, n: index, t: 'é"' }))
      expect(await both((store) => store.putAll(many))).toEqual([[], []])
      await both((store) => store.remove({ pk, sk: 'now' }))
      const [left, kept] = await both((store) => store.list(pk, ''))
      expect(kept).toEqual(left)
    }),
    { numRuns: runs(20, 1_000) },
  )
}, 300_000)

it('puts that the table leaves undone are told, and those alone', async () => {
  const items = ['a', 'b', 'c'].map((sk) => ({ pk: 'batch', sk, n: 1 }))
  const served = await startAws({
    dynamodb: async ({ body }) => {
      const { RequestItems } = JSON.parse(body)
      const [first, , last] = RequestItems.ledger
      return jsonAnswer({ UnprocessedItems: { ledger: [last, first] } }, '1.0')
    },
  })
  try {
    const store = openStore({ table: 'ledger', region: 'us-east-1', endpoint: served.url })
    expect(await store.putAll(items)).toEqual([items[0], items[2]])
  } finally {
    await served.close()
  }
})

it('more puts than 25, none, and two of one key are refused by the table, and by the memory', async () => {
  const { url: endpoint, table: name } = table as TableServer
  const real = openStore({ table: name, region: 'us-east-1', endpoint })
  const item = (sk: string) => ({ pk: 'many', sk })
  const many = Array.from({ length: 26 }, (_, index) => item(`s${index}`))
  for (const store of [real, memoryStore()]) {
    for (const items of [many, [], [item('one'), item('one')]]) {
      await expect(store.putAll(items)).rejects.toThrow('ValidationException')
    }
    expect(await store.list('many', '')).toEqual([])
  }
})

it('an infinite amount is no number of the table’s, and none of the memory’s', async () => {
  const key = { pk: 'infinite', sk: 'now' }
  const { url: endpoint, table: name } = table as TableServer
  const real = openStore({ table: name, region: 'us-east-1', endpoint })
  for (const store of [real, memoryStore()]) {
    for (const bad of [{ add: { n: Infinity } }, { only: { atMost: { n: Infinity } } }]) {
      await expect(store.update({ key, ...bad })).rejects.toThrow('ValidationException')
    }
  }
})

const anyText = fc.string({ unit: anyCharacter, minLength: 1, maxLength: 40 })
const expressions = /^[A-Z_a-z0-9 #:,()=<]*$/

it('no expression has a letter of what a caller sent', () => {
  fc.assert(
    fc.property(anyText, anyText, fc.integer(), (name, value, amount) => {
      const {
        UpdateExpression = '',
        ConditionExpression = '',
        ...rest
      } = updateOf('table', {
        key: { pk: value, sk: name },
        add: { [`a${name}`]: amount },
        set: { [`s${name}`]: value },
        drop: [`d${name}`],
        only: {
          absent: [`b${name}`],
          present: [`p${name}`],
          equal: { [`e${name}`]: value },
          atMost: { [`m${name}`]: amount },
        },
      })
      const plain = `${UpdateExpression} ${ConditionExpression}`.replaceAll(/[#:][nv]\d+/g, '?')
      expect(plain).toBe(
        'SET ? = ? ADD ? ? REMOVE ? attribute_not_exists(?) AND attribute_exists(?) AND ? = ? AND ' +
          (amount < 0 ? '? <= ?' : '(attribute_not_exists(?) OR ? <= ?)'),
      )
      expect(UpdateExpression).toMatch(expressions)
      expect(Object.values(rest.ExpressionAttributeNames ?? {})).toContain(`a${name}`)
    }),
  )
})
