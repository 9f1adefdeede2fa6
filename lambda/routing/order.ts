/** In which order targets are asked: by the alias's strategy. */
import type { Strategy } from '../core/routes-config.ts'

/** What a strategy may go by. */
export type Place = {
  readonly weight: number
  /** Milliseconds until its first byte; 0 where that is to be found out. */
  readonly expectedMs: number
  /** Its breaker is closed. */
  readonly ready: boolean
}

type Order = <P extends Place>(places: readonly P[], random: () => number) => readonly P[]

/** The first that is drawn; the others stand behind it as they are listed. */
const byLot: Order = (places, random) => {
  const able = places.filter(({ ready, weight }) => ready && weight > 0)
  const bounds: number[] = []
  for (const { weight } of able) bounds.push((bounds.at(-1) ?? 0) + weight)
  const lot = random() * (bounds.at(-1) ?? 0)
  const drawn = able[bounds.findIndex((bound) => lot < bound)]
  return drawn === undefined ? places : [drawn, ...places.filter((place) => place !== drawn)]
}

export const orders: Readonly<Record<Strategy, Order>> = {
  priority: (places) => places,
  weighted: byLot,
  'least-latency': (places) => places.toSorted((one, other) => one.expectedMs - other.expectedMs),
}
