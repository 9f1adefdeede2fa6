/** A silent stream is kept alive, and nothing else is changed about it. */
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { withPings } from '../lambda/edge/pings.ts'

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

async function* slowly(...steps: readonly (readonly [ms: number, frame: string])[]) {
  for (const [ms, frame] of steps) {
    await new Promise((resolve) => setTimeout(resolve, ms))
    yield frame
  }
}

async function all(frames: AsyncIterable<string>): Promise<string[]> {
  const told: string[] = []
  const reading = (async () => {
    for await (const frame of frames) told.push(frame)
  })()
  await vi.runAllTimersAsync().catch(() => {})
  await reading
  return told
}

it('is told of every ten seconds in which nothing was said', async () => {
  const frames = slowly([0, 'a'], [25_000, 'b'], [9_000, 'c'], [9_000, 'd'])
  expect(await all(withPings(frames, 'ping'))).toEqual(['a', 'ping', 'ping', 'b', 'c', 'd'])
})

it('ends with its frames, and leaves no timer', async () => {
  expect(await all(withPings(slowly([5, 'a']), 'ping'))).toEqual(['a'])
  expect(vi.getTimerCount()).toBe(0)
})

it('ends its source when nobody reads on', async () => {
  let ended = false
  async function* endless() {
    try {
      for (;;) yield 'a'
    } finally {
      ended = true
    }
  }
  for await (const frame of withPings(endless(), 'ping')) if (frame === 'a') break
  expect(ended).toBe(true)
})

it('passes on what its source throws', async () => {
  async function* broken() {
    yield 'a'
    throw new Error('broken')
  }
  const told: string[] = []
  const read = async () => {
    for await (const frame of withPings(broken(), 'ping')) told.push(frame)
  }
  await expect(read()).rejects.toThrow('broken')
  expect(told).toEqual(['a'])
})
