/** Takes apart what gpt-oss writes: its reasoning stands in tags before the answer, in one text. */

/** AWS, "OpenAI models": `<reasoning>…</reasoning>` comes first; in streams often once a chunk. */
const opening = '<reasoning>'
const closing = '</reasoning>'

export type Piece = { readonly type: 'text' | 'thinking'; readonly text: string }

/** How much of the end of a text could be the beginning of the tag. */
function unfinished(text: string, tag: string): number {
  for (let length = Math.min(tag.length - 1, text.length); length > 0; length -= 1) {
    if (text.endsWith(tag.slice(0, length))) return length
  }
  return 0
}

/** What could still become a tag is kept back until the next chunk, or the end, tells. */
export function reasoningTags() {
  let state: 'before' | 'inside' | 'after' = 'before'
  let kept = ''

  function step(): Piece | undefined {
    const text = kept
    switch (state) {
      case 'before':
        if (text.startsWith(opening)) {
          state = 'inside'
          kept = text.slice(opening.length)
          return { type: 'thinking', text: '' }
        }
        if (opening.startsWith(text)) return undefined
        state = 'after'
        return { type: 'text', text: '' }
      case 'inside': {
        const end = text.indexOf(closing)
        if (end !== -1) {
          state = 'before'
          kept = text.slice(end + closing.length)
          return { type: 'thinking', text: text.slice(0, end) }
        }
        const safe = text.length - unfinished(text, closing)
        kept = text.slice(safe)
        return safe === 0 ? undefined : { type: 'thinking', text: text.slice(0, safe) }
      }
      case 'after':
        kept = ''
        return text === '' ? undefined : { type: 'text', text }
    }
  }

  return {
    read(text: string): readonly Piece[] {
      kept += text
      const pieces: Piece[] = []
      for (let piece = step(); piece !== undefined; piece = step()) pieces.push(piece)
      return pieces.filter((piece) => piece.text !== '')
    },
    /** What was kept back was no tag after all. */
    end(): readonly Piece[] {
      const text = kept
      kept = ''
      return text === '' ? [] : [{ type: state === 'inside' ? 'thinking' : 'text', text }]
    },
  }
}
