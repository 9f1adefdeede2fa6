/** The log of the gateway on this machine, from its own route `/_local/follow`. */
import { Failure } from '../problems.ts'
import type { Entry } from './lines.ts'

export type Wish = {
  readonly team: string | undefined
  /** What was logged since, in milliseconds since 1970; absent: what comes from now on. */
  readonly from: number | undefined
  /** Goes on with what comes. */
  readonly follow: boolean
  readonly signal: AbortSignal
  /** All there was has been told; now it is followed. */
  readonly following: () => void
  readonly notice: (text: string) => void
}

/** The comment after what was kept. */
const followsNow = ': following'

export async function* localLog(url: string, wish: Wish): AsyncGenerator<Entry> {
  const { team, from = Date.now(), follow, signal, following } = wish
  const query = team === undefined ? '' : `?${new URLSearchParams({ team })}`
  try {
    const answer = await fetch(`${url}/_local/follow${query}`, { signal })
    if (!answer.ok || answer.body === null) {
      throw new Failure('The gateway on this machine is an older one; start it again: `npm start`.')
    }
    for await (const block of blocksOf(answer.body)) {
      const data = /^data: (.*)$/m.exec(block)?.[1]
      if (data !== undefined) {
        const { at, line }: { readonly at: number; readonly line: string } = JSON.parse(data)
        if (at >= from) yield { at, text: line }
      } else if (block === followsNow) {
        if (!follow) return
        following()
      }
    }
  } catch (thrown) {
    if (signal.aborted) return
    if (thrown instanceof Failure) throw thrown
  }
  throw new Failure('The gateway on this machine does not answer; has it stopped?')
}

/** HTML Standard, "Server-sent events": a blank line ends an event, or a comment. */
async function* blocksOf(body: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  let rest = ''
  for await (const text of body.pipeThrough(new TextDecoderStream())) {
    const blocks = (rest + text).split('\n\n')
    rest = blocks.pop() ?? ''
    yield* blocks
  }
}
