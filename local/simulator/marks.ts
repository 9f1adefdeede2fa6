/** Marks in a prompt, `[[simulate:refusal]]`, that make the simulator answer as it rarely would. */

/** What each mark does; a family that has no word for it answers as if it were not there. */
export const marks = {
  refusal:
    'Claude Messages stops with `refusal`, Converse with `content_filtered`; nothing is said.',
  filtered: 'Titan stops with `CONTENT_FILTERED`, Nova and Converse with `content_filtered`.',
  pause: 'Claude Messages stops with `pause_turn`.',
  'context-window': 'Claude Messages stops with `model_context_window_exceeded`.',
  thinking: 'Models that can think do so first; Claude signs its thoughts.',
  redacted: 'Claude begins with a redacted thought.',
  'tool-call': 'The model calls the first tool it was offered.',
  'tool-calls': 'It calls that many tools at once: `[[simulate:tool-calls:2]]`.',
  empty: 'The answer has no text.',
  say: 'The answer is what follows the mark, word for word: `[[simulate:say]]{"a":1}`.',
  words: 'The answer has that many words: `[[simulate:words:500]]`.',
} as const satisfies Record<string, string>

export type MarkName = keyof typeof marks
export type Mark = { readonly name: MarkName; readonly count: number; readonly rest: string }

const form = /\[\[simulate:([a-z-]+)(?::(\d{1,6}))?\]\]/

export function markIn(prompt: string): Mark | undefined {
  const found = form.exec(prompt)
  const [all = '', name = '', count = '0'] = found ?? []
  if (found === null || !Object.hasOwn(marks, name)) return undefined
  const rest = prompt.slice(found.index + all.length).trim()
  return { name: name as MarkName, count: Number(count), rest }
}
