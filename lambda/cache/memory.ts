/** Collects an answer on its way to the caller, and keeps it once it is out, if it would be given again. */
import type { Target } from '../core/contracts.ts'
import type { ReplyEvent } from '../core/reply.ts'
import {
  type Entry,
  isLasting,
  largestHeld,
  largestKept,
  packed,
  sizeOf,
  unpacked,
} from './entry.ts'
import type { CacheKey } from './key.ts'
import type { CacheStore } from './store.ts'

export type Collecting = {
  /** To be awaited where it gives something to wait for. */
  readonly see: (event: ReplyEvent) => Promise<void> | undefined
  /** What there is to be remembered, once all was seen. */
  readonly brought: () => Promise<Entry | undefined>
  readonly forget: () => void
  /** After the answer. */
  readonly keep: () => Promise<void>
}

export type Asked = {
  readonly key: CacheKey
  /** How long it holds. */
  readonly seconds: number
  /** Who answers. */
  readonly target: Target
  /** Those of the answer, to be told again; `tell` is for one more. */
  readonly notices: readonly string[]
  readonly tell: (notice: string) => void
}

const tooLarge = `cache: the answer has more than ${largestKept / 1024} KB, and is not remembered`

export function openMemory(store: CacheStore, now: () => number) {
  function collecting({ key, seconds, target, notices, tell }: Asked): Collecting {
    const { provider, place, modelId } = target
    const answerer = { provider, place, modelId }
    const events: ReplyEvent[] = []
    let size = 0
    let fit = true
    let endedAt: number | undefined
    let weighed: Promise<Entry | undefined> | undefined

    const entry = (at: number): Entry => ({ at, answerer, notices, events })

    function drop(): void {
      fit = false
      events.length = 0
    }

    async function weigh(at: number): Promise<void> {
      if (size <= largestHeld && (await packed(entry(at))).length <= largestKept) return
      drop()
      tell(tooLarge)
    }

    function see(event: ReplyEvent): Promise<void> | undefined {
      if (event.type === 'reply-error') drop()
      if (event.type === 'reply-end') endedAt = now()
      size += sizeOf(event)
      if (!fit) return undefined
      if (size <= largestHeld) events.push(event)
      const over = endedAt !== undefined && event.type === 'reply-end'
      return over && size > largestKept ? weigh(endedAt ?? 0) : undefined
    }

    async function weighedEntry(): Promise<Entry | undefined> {
      if (!fit || endedAt === undefined || size > largestHeld) return undefined
      return (await isLasting(events)) ? entry(endedAt) : undefined
    }

    function brought(): Promise<Entry | undefined> {
      weighed ??= weighedEntry()
      return weighed
    }

    return {
      see,
      brought,
      forget: drop,
      async keep() {
        const whole = await brought()
        if (whole === undefined || !fit) return
        const bytes = await packed(whole)
        if (bytes.length > largestKept) return
        await store.write(key, bytes, Math.floor(whole.at / 1000) + seconds)
      },
    }
  }

  return {
    collecting,
    async read(key: CacheKey): Promise<Entry | undefined> {
      const bytes = await store.read(key)
      return bytes && unpacked(bytes)
    },
  }
}
