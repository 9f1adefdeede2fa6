/** Answers what was answered before, and remembers what would be answered again. */
import { type Entry, eachOf } from '../cache/entry.ts'
import { awaited, type Flight, openFlights } from '../cache/flights.ts'
import { type CacheKey, keyOf, type Scope } from '../cache/key.ts'
import { type Collecting, openMemory } from '../cache/memory.ts'
import { Unlisted } from '../cache/parts.ts'
import type { OpenCache } from '../cache/store.ts'
import type { Call, Policy, ReplyStream } from '../core/contracts.ts'
import { costNanoUsd } from '../core/cost.ts'
import type { Amounts } from '../core/ledger.ts'
import type { ReplyEvent } from '../core/reply.ts'
import type { CacheConfig } from '../core/rules-config.ts'
import { termsOf } from '../core/terms.ts'
import { aimed } from '../routing/aim.ts'
import { type HoldParts, openHold } from './hold.ts'

export type CacheParts = HoldParts & { readonly cache: OpenCache }

/** Seconds, where the configuration says nothing. */
const usualTtl = 3_600

/** Milliseconds until who waits for another's answer asks for itself. */
const longestWait = 30_000

/** A remembered answer is a request, and free. */
const oneRequest: Amounts = { requests: 1, tokens: 0, microUsd: 0 }

export function cache(parts: CacheParts): Policy {
  const { cache, ledger, nameOf, now = Date.now } = parts
  const { config, store } = cache
  const hold = openHold(parts)
  const memory = openMemory(store, now)
  const flights = openFlights<Entry>()

  /** Who may not ask is not answered either, and requests are counted whoever answers them. */
  async function count(call: Call): Promise<void> {
    await ledger.admit(call.caller, nameOf(call.model))
    const manner = ledger.manner(call.caller.team)
    if (!manner.limited) return
    const held = await hold(call, oneRequest, manner)
    if (held === undefined) return
    call.standing(held.standings)
    const settle = () => held.settle(oneRequest)
    call.atEnd(settle)
    void settle()
  }

  /** `undefined` where nobody of those who may answer now gave it. */
  async function told(entry: Entry, call: Call): Promise<ReplyStream | undefined> {
    const { provider, place, modelId } = entry.answerer
    const aim = aimed(call).find(
      ({ target }) =>
        target.provider === provider && target.place === place && target.modelId === modelId,
    )
    const end = entry.events.find((event) => event.type === 'reply-end')
    if (aim === undefined || end === undefined) return undefined
    await count(call)
    const { target, as } = aim
    const { model } = target
    const ageSeconds = Math.max(0, Math.floor((now() - entry.at) / 1000))
    call.looked({ status: 'hit', ageSeconds, target })
    for (const notice of entry.notices) call.notice(notice)
    call.record.set({ model: model.id, target: target.modelId, region: target.place })
    const saved = costNanoUsd(end.usage, model, termsOf(call, target), now())
    call.record.measure({
      CacheHits: 1,
      ...(saved !== undefined && { CacheSavedMicroUsd: saved / 1_000 }),
    })
    return { call: as(call), events: eachOf(entry.events), remembered: true }
  }

  return (next) => {
    /** Those who wait learn what came of it as soon as all of it was told. */
    async function asked(call: Call, key: CacheKey, seconds: number, flight?: Flight<Entry>) {
      call.looked({ status: 'miss' })
      call.record.measure({ CacheMisses: 1 })
      const notices: string[] = []
      const notice = (text: string) => {
        notices.push(text)
        call.notice(text)
      }
      const reply = await next({ ...call, notice })
      const { target } = reply.call
      const collecting = memory.collecting({ key, seconds, target, notices, tell: call.notice })
      call.atEnd(collecting.keep)
      const { forget } = collecting
      return { ...reply, forget, events: seen(reply.events, collecting, flight) }
    }

    return async function cache(call) {
      const seconds = keptFor(call, config)
      const key = seconds === undefined ? undefined : known(scopeOf(call, config), call)
      if (seconds === undefined || key === undefined) {
        call.looked({ status: 'bypass' })
        return next(call)
      }
      const name = `${key.pk} ${key.sk}`
      const ahead = flights.ahead(name)
      if (ahead !== undefined) {
        const most = Math.min(longestWait, call.timeoutMs ?? longestWait, call.remaining() / 2)
        const entry = await awaited(ahead, most, call.signal)
        const reply = entry && (await told(entry, call))
        return reply ?? asked(call, key, seconds)
      }
      const flight = flights.begin(name)
      call.atEnd(async () => flight.land(undefined))
      try {
        const entry = await memory.read(key)
        if (entry !== undefined) flight.land(entry)
        const reply = entry && (await told(entry, call))
        return reply ?? (await asked(call, key, seconds, flight))
      } catch (thrown) {
        flight.land(undefined)
        throw thrown
      }
    }
  }
}

/** Seconds; `undefined` where it is neither looked for nor kept. A count is another question. */
function keptFor(call: Call, { ttlSeconds = usualTtl }: CacheConfig): number | undefined {
  if (call.task === 'count' || call.cache?.skip) return undefined
  return call.cache?.ttlSeconds ?? (isSettled(call) ? ttlSeconds : undefined)
}

/** Whether the caller asks for the same answer each time. */
function isSettled(call: Call): boolean {
  if (call.task === 'embed') return true
  const { temperature, seed } = call.request.sampling
  return temperature === 0 || seed !== undefined
}

/** What a caller vouches for with a key of its own, it vouches for to its own team. */
const scopeOf = ({ caller, cache }: Call, { shared }: CacheConfig): Scope =>
  shared && cache?.key === undefined ? 'shared' : { team: caller.team }

/** A request that says something nobody has weighed is not looked for. */
function known(scope: Scope, call: Call): CacheKey | undefined {
  try {
    return keyOf(scope, call)
  } catch (thrown) {
    if (thrown instanceof Unlisted) return undefined
    throw thrown
  }
}

/** Each event goes on as it comes. */
async function* seen(
  events: AsyncIterable<ReplyEvent>,
  collecting: Collecting,
  flight: Flight<Entry> | undefined,
): AsyncGenerator<ReplyEvent> {
  try {
    for await (const event of events) {
      const weighing = collecting.see(event)
      if (weighing !== undefined) await weighing
      yield event
    }
  } finally {
    flight?.land(await collecting.brought())
  }
}
