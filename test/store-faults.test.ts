/** The faults a test can give the ledger's table do what they say, and nothing else. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { ask } from './support/ask-aws.ts'
import { type FaultyTable, startFaultyTable } from './support/store-faults.ts'

let store: FaultyTable
beforeEach(async () => {
  store = await startFaultyTable()
})
afterEach(() => store.close())

const add = (signal?: AbortSignal) =>
  ask(
    store.url,
    'UpdateItem',
    {
      TableName: store.table,
      Key: { pk: { S: 'a' }, sk: { S: 'b' } },
      UpdateExpression: 'ADD n :one',
      ExpressionAttributeValues: { ':one': { N: '1' } },
    },
    signal === undefined ? {} : { signal },
  )
const counted = async () => (await store.items())[0]?.n ?? 0

describe('without a fault', () => {
  it('a request goes through, and is counted', async () => {
    expect(await add()).toEqual({ status: 200, body: {} })
    await ask(store.url, 'GetItem', { TableName: store.table, Key: {} })
    expect(store.counts()).toEqual({ UpdateItem: 1, GetItem: 1 })
    expect(await counted()).toBe(1)
  })
})

describe('a refusal', () => {
  it.each([
    ['throttle', 400, 'ThrottlingException'],
    ['exceeded', 400, 'ProvisionedThroughputExceededException'],
    ['error', 500, 'InternalServerError'],
    ['denied', 400, 'AccessDeniedException'],
  ] as const)('%s is answered in AWS’s words, and changes nothing', async (type, status, code) => {
    store.order({ type })
    const said = await add()
    expect([said.status, said.body.__type]).toEqual([status, code])
    expect(await counted()).toBe(0)
  })

  it('is for the nth that matches, or for all until it is cancelled', async () => {
    const isUpdate = { when: ({ operation }: { operation: string }) => operation === 'UpdateItem' }
    store.order({ type: 'throttle' }, { ...isUpdate, nth: 2 })
    const get = { TableName: store.table, Key: { pk: { S: 'a' }, sk: { S: 'b' } } }
    const statuses = []
    for (let round = 0; round < 3; round += 1) {
      statuses.push((await ask(store.url, 'GetItem', get)).status, (await add()).status)
    }
    expect(statuses).toEqual([200, 200, 200, 400, 200, 200])
    const all = store.order({ type: 'error' })
    expect([(await add()).status, (await add()).status]).toEqual([500, 500])
    all.cancel()
    expect((await add()).status).toBe(200)
  })

  it('may look at what is asked', async () => {
    const order = store.order(
      { type: 'denied' },
      { when: ({ input }) => JSON.stringify(input).includes('"c"') },
    )
    expect((await add()).status).toBe(200)
    const other = { TableName: store.table, Key: { pk: { S: 'c' }, sk: { S: 'c' } } }
    expect((await ask(store.url, 'DeleteItem', other)).status).toBe(400)
    expect(await order.met).toEqual({ operation: 'DeleteItem', input: other })
  })
})

describe('a silence', () => {
  it('hang never answers, and changes nothing', async () => {
    const { met } = store.order({ type: 'hang' })
    const stop = new AbortController()
    const asked = add(stop.signal)
    await met
    stop.abort()
    await expect(asked).rejects.toThrow('aborted')
    expect(await counted()).toBe(0)
  })

  it('reset ends the connection before anything is done', async () => {
    store.order({ type: 'reset' }, { nth: 1 })
    await expect(add()).rejects.toMatchObject({ cause: { code: 'ECONNRESET' } })
    expect(await counted()).toBe(0)
    expect((await add()).status).toBe(200)
  })

  it('lost ends it after all is done', async () => {
    const { met } = store.order({ type: 'lost' }, { nth: 1 })
    await expect(add()).rejects.toThrow()
    await met
    expect(await counted()).toBe(1)
  })
})

describe('a pause', () => {
  it('hold-request stops a request before anything is done', async () => {
    const { promise: until, resolve: go } = Promise.withResolvers<void>()
    const { met } = store.order({ type: 'hold-request', until })
    const asked = add()
    await met
    expect(await counted()).toBe(0)
    go()
    expect((await asked).status).toBe(200)
    expect(await counted()).toBe(1)
  })

  it('hold-answer stops it after all is done, and bears that nobody waits any more', async () => {
    const { promise: until, resolve: go } = Promise.withResolvers<void>()
    const { met, cancel } = store.order({ type: 'hold-answer', until })
    const stop = new AbortController()
    const asked = add(stop.signal)
    await met
    expect(await counted()).toBe(1)
    stop.abort()
    await expect(asked).rejects.toThrow('aborted')
    go()
    cancel()
    expect((await add()).status).toBe(200)
  })

  it('is over when the table is closed', async () => {
    const { met } = store.order({ type: 'hang' })
    const asked = add()
    await met
    await store.close()
    await expect(asked).rejects.toThrow()
    store = await startFaultyTable()
  })
})
