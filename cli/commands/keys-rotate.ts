/** `keys rotate`: a successor for a key, and an end for the key. */
import { isoOf, readSpan, readTime, timeText } from '../amounts.ts'
import type { Command } from '../command.ts'
import { requireTeam } from '../configuration.ts'
import { confirm, mustBeAsked, yes } from '../confirm.ts'
import { tidied } from '../end-key.ts'
import { issuedReport, keyWords } from '../key-words.ts'
import { type Key, keysOf, requireKey, stateOf } from '../keys.ts'
import { Failure } from '../problems.ts'
import { replaceKey } from '../replace-key.ts'

export const keysRotate: Command = {
  name: 'keys rotate',
  operands: [{ name: 'ID', needed: true }],
  summary: 'Issues a successor of a key; both work for a while',
  about: [
    'The successor has the same team and name, the plan that is now the team’s, and as long a ' +
      'life as the key had. It is printed once. The key itself stops after the overlap.',
  ],
  options: {
    overlap: {
      value: 'SPAN',
      help: 'how long the key still works: 90m, 24h, 7d; 0: not any more (default 24h)',
    },
    expires: { value: 'WHEN', help: 'when the successor stops, as in keys issue' },
    yes,
  },
  examples: ['keys rotate k3v9x2ab', 'keys rotate k3v9x2ab --overlap 0 --yes'],
  async run(use) {
    const { values, io, config, deployment } = use
    const overlap = readSpan('--overlap', values.overlap ?? '24h')
    if (overlap === 0) mustBeAsked(use)
    const { timeZone } = await config()
    const wanted =
      values.expires === undefined
        ? undefined
        : readTime('--expires', values.expires, io.now(), timeZone)
    const gateway = await deployment()
    const old = requireKey(await keysOf(gateway), values.ID ?? '')
    requireTeam(gateway.config, old.team)
    refuseEnded(old, io.now())
    if (overlap === 0) await confirm(use, `${keyWords(old)} stops at once. Do it?`)
    const now = io.now()
    const lifeMs = old.expires === undefined ? undefined : old.expires - old.issued
    const expires = wanted ?? (lifeMs === undefined ? undefined : now + lifeMs)
    const stops = overlap === 0 ? undefined : Math.min(now + overlap, old.expires ?? Infinity)
    const issued = await replaceKey(gateway, { old, stops, expires })
    const end = stops === undefined ? 'works no more' : `works until ${timeText(stops)}`
    const { json, text, aside } = issuedReport(issued, io.now())
    return {
      json: { ...json, replaces: { id: old.id, stops: isoOf(stops ?? now) } },
      text,
      aside: `${aside}\nKey ${old.id}, its predecessor, ${end}.`,
      warnings: await tidied(gateway),
    }
  },
}

function refuseEnded(key: Key, now: number): void {
  const state = stateOf(key, now)
  if (state !== 'works') {
    const ended = { expired: 'has expired', revoked: 'is revoked', disabled: 'is disabled' }[state]
    const advice = `\`tollgate keys issue ${key.team}\` makes another one`
    throw new Failure(`${keyWords(key)} ${ended}; ${advice}.`)
  }
  if (key.successor !== undefined) {
    throw new Failure(`Key ${key.id} was rotated already; its successor is ${key.successor}.`)
  }
}
