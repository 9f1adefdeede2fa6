/** An attempt's patience: for the first byte, for silence, for all of it; and its caller's leaving. */
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { openDeadline } from '../lambda/routing/deadline.ts'

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  expect(vi.getTimerCount()).toBe(0)
  vi.useRealTimers()
})

const patience = { firstByteMs: 100, idleMs: 50, totalMs: 1000 }
const nobody = () => new AbortController().signal

it('ends when the first byte does not come', () => {
  const deadline = openDeadline(patience, nobody())
  vi.advanceTimersByTime(99)
  expect(deadline.signal.aborted).toBe(false)
  vi.advanceTimersByTime(1)
  expect([deadline.signal.aborted, deadline.passed()]).toEqual([true, true])
  deadline.done()
})

it('goes on as long as something is heard', () => {
  const deadline = openDeadline(patience, nobody())
  for (let step = 0; step < 10; step++) {
    deadline.heard()
    vi.advanceTimersByTime(49)
  }
  expect(deadline.passed()).toBe(false)
  vi.advanceTimersByTime(1)
  expect(deadline.passed()).toBe(true)
  deadline.done()
})

it('ends with the function’s own time, whatever is heard', () => {
  const deadline = openDeadline({ ...patience, totalMs: 120 }, nobody())
  for (let step = 0; step < 6; step++) {
    deadline.heard()
    vi.advanceTimersByTime(20)
  }
  expect(deadline.passed()).toBe(true)
  deadline.done()
})

it('leaves the connection be when it is done, and cuts it when nobody reads on', () => {
  const done = openDeadline(patience, nobody())
  done.done()
  vi.advanceTimersByTime(5000)
  expect(done.signal.aborted).toBe(false)
  const abandoned = openDeadline(patience, nobody())
  abandoned.abandon()
  expect([abandoned.signal.aborted, abandoned.passed()]).toEqual([true, false])
})

it('is cut when the caller leaves, before or meanwhile', () => {
  const caller = new AbortController()
  const deadline = openDeadline(patience, caller.signal)
  caller.abort()
  expect([deadline.signal.aborted, deadline.passed()]).toEqual([true, false])
  deadline.done()
  const late = openDeadline(patience, caller.signal)
  expect(late.signal.aborted).toBe(true)
  late.done()
})
