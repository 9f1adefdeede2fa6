/** How a target has answered lately, in this environment: its breaker, and how soon it speaks. */
import type { Target } from '../core/contracts.ts'

/** Failures in a row that open the breaker; or this share of the calls of the window, if they are enough. */
const mostInARow = 5
const mostShare = 0.5
const enough = 20
const windowMs = 30_000
/** Between two probes of a target whose breaker is open. */
const probeMs = 5_000

/** Why a target did not answer: its quota is used for the moment, or something is broken. */
export type Trouble = 'throttled' | 'failing'

/**
 * `ready`: asked like any other. `probe`: one call may try whether it is back. Else it is not asked,
 * for the reason that opened its breaker.
 */
export type Standing = 'ready' | 'probe' | Trouble

export type Health = {
  readonly standing: (now: number) => Standing
  /** Its last answer was one. */
  readonly well: () => boolean
  /** Milliseconds until it may be probed. */
  readonly probeIn: (now: number) => number
  /** This call is the probe; no other is until its outcome is told. */
  readonly probe: () => void
  readonly answered: (now: number) => void
  readonly failed: (trouble: Trouble, now: number) => boolean
  /** It told nothing about the target: the call was wrong, or its caller left. */
  readonly unknown: () => void
}

type Slice = { readonly since: number; calls: number; failures: number }
const sliceMs = windowMs / 6

export function openHealth(): Health {
  let inARow = 0
  let open: Trouble | undefined
  let nextProbe = 0
  let probing = false
  let slices: Slice[] = []

  function count(now: number, failures: 0 | 1) {
    let last = slices.at(-1)
    if (last === undefined || now - last.since >= sliceMs) {
      last = { since: now, calls: 0, failures: 0 }
      slices = [...slices.filter(({ since }) => now - since < windowMs), last]
    }
    last.calls += 1
    last.failures += failures
  }

  function mostlyFails(now: number): boolean {
    const recent = slices.filter(({ since }) => now - since < windowMs)
    const calls = recent.reduce((sum, slice) => sum + slice.calls, 0)
    const failures = recent.reduce((sum, slice) => sum + slice.failures, 0)
    return calls >= enough && failures >= calls * mostShare
  }

  return {
    standing(now) {
      if (open === undefined) return 'ready'
      return !probing && now >= nextProbe ? 'probe' : open
    },
    well: () => open === undefined && inARow === 0,
    probeIn: (now) => Math.max(0, nextProbe - now),
    probe() {
      probing = true
    },
    answered(now) {
      inARow = 0
      probing = false
      if (open !== undefined) slices = []
      open = undefined
      count(now, 0)
    },
    failed(trouble, now) {
      inARow += 1
      count(now, 1)
      const was = open
      if (open !== undefined || inARow >= mostInARow || mostlyFails(now)) {
        open = trouble
        if (was === undefined || probing) nextProbe = now + probeMs
      }
      probing = false
      return was === undefined && open !== undefined
    },
    unknown() {
      probing = false
    },
  }
}

/** Targets of several aliases that are one and the same share what is known of them. */
export const keyOf = ({ place, modelId }: Target): string => `${place} ${modelId}`
