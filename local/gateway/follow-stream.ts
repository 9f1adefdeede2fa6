/** The log as server-sent events: what is kept, and then each line as it comes. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Feed, Told } from './follow.ts'

/** Who does not read is let go; bytes. */
const mostUnread = 4 * 1024 * 1024

/** A comment: what comes after it comes as it is logged. */
const followsNow = ': following\n\n'

const stillHere = ': still here\n\n'

/** Milliseconds. Node's own client gives up an answer in which nothing came for five minutes. */
export const beat = 15_000

type Asked = {
  readonly request: IncomingMessage
  readonly response: ServerResponse
  readonly team: string | undefined
}

/**
 * HTML Standard, "Server-sent events": a client that comes again says by `Last-Event-ID` what it had.
 * A number that is not there yet is of a gateway that has stopped since.
 */
export function streamTo(feed: Feed, { request, response, team }: Asked): void {
  response.writeHead(200, {
    'content-type': 'text/event-stream',
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
  })
  const kept = feed.kept(team)
  const last = Number(request.headers['last-event-id'] ?? 0)
  const isOurs = last <= (feed.kept().at(-1)?.id ?? 0)
  for (const told of kept) if (!isOurs || told.id > last) response.write(eventOf(told))
  response.write(followsNow)
  const leave = feed.follow((told) => {
    if (team !== undefined && told.team !== team) return
    if (response.writableLength > mostUnread) response.destroy()
    else response.write(eventOf(told))
  })
  const beating = setInterval(() => response.write(stillHere), beat).unref()
  response.on('close', () => {
    clearInterval(beating)
    leave()
  })
}

/** A line has no line break in it. */
const eventOf = ({ id, at, type, text }: Told): string =>
  `id: ${id}\nevent: ${type}\ndata: ${JSON.stringify({ at, line: text })}\n\n`
