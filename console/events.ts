/** Reads server-sent events of an answer that was fetched; `EventSource` could send no key. */

export type ServerEvent = { readonly event: string; readonly data: string }

/** HTML Standard, "Event stream interpretation": what follows the last blank line is no event yet. */
export async function* eventsOf({ body }: Response): AsyncGenerator<ServerEvent> {
  if (body === null) return
  const decoder = new TextDecoder()
  const reader = body.getReader()
  let rest = ''
  try {
    while (true) {
      const { done, value } = await reader.read()
      if (done) return
      const parts = (rest + decoder.decode(value, { stream: true })).split(/\r?\n\r?\n/)
      rest = parts.pop() ?? ''
      for (const part of parts) {
        const event = eventOf(part)
        if (event !== undefined) yield event
      }
    }
  } finally {
    reader.cancel().catch(() => {})
  }
}

function eventOf(text: string): ServerEvent | undefined {
  const fields = text.split(/\r?\n/).map((line) => /^(event|data): ?(.*)$/.exec(line) ?? [])
  const named = (name: string) =>
    fields.flatMap(([, of, value = '']) => (of === name ? [value] : []))
  const data = named('data')
  return data.length === 0
    ? undefined
    : { event: named('event').at(-1) ?? '', data: data.join('\n') }
}
