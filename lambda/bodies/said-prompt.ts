/** Takes a prompt apart into the turns that its family's template made one text of. */
import type { Message } from '../core/conversation.ts'
import type { Words } from './plain-text.ts'

/** Nothing where the prompt is not of the template. */
type Turns = (prompt: string) => readonly Words[] | undefined

/** A prompt that is not of its template is one text, and what a user says. */
export const turnsBy =
  (read: Turns) =>
  (prompt: string): readonly Message[] => {
    const turns = asked(read(prompt) ?? [])
    return (turns.length === 0 ? [{ role: 'user' as const, text: prompt }] : turns).map(message)
  }

const message = ({ role, text }: Words) =>
  ({ role, content: [{ type: 'text', text }] }) satisfies Message as Message

/** The empty turn at the end asks for the answer. */
function asked(turns: readonly Words[]): readonly Words[] {
  const last = turns.at(-1)
  return last?.role === 'assistant' && last.text.trim() === '' ? turns.slice(0, -1) : turns
}

type Speakers = Readonly<Record<string, Words['role']>>

/**
 * Turns that begin with a speaker's name, of which the last is the model's. `between`: what is
 * between them; `opening`: whose words stand before the first, if anybody's.
 */
export function spoken(between: string, speakers: Speakers, opening?: 'system'): Turns {
  const names = Object.keys(speakers).join('|')
  const border = new RegExp(`${between}(?=(?:${names}):)`)
  const name = new RegExp(`^(${names}): ?`)
  const turn = (piece: string): readonly Words[] => {
    const [start, speaker = ''] = name.exec(piece) ?? []
    const role = speakers[speaker]
    return start === undefined || role === undefined
      ? []
      : [{ role, text: piece.slice(start.length) }]
  }
  return (prompt) => {
    const pieces = prompt.split(border)
    const before = opening === undefined ? '' : (pieces.shift() ?? '')
    const turns = pieces.flatMap(turn)
    const whole = turns.length === pieces.length && turns.at(-1)?.role === 'assistant'
    /** One speaker alone is a text that begins like one. */
    if (!whole || (turns.length === 1 && before === '')) return undefined
    return opening === undefined || before === ''
      ? turns
      : [{ role: opening, text: before }, ...turns]
  }
}

const roles: Speakers = { system: 'system', user: 'user', assistant: 'assistant' }

/** Turns under a header, as Llama 3 and 4 have them; white space between them is no text. */
export function headed(
  begin: string,
  [open, close]: readonly [string, string],
  end: string,
): Turns {
  const turn = (piece: string, at: number, pieces: readonly string[]): readonly Words[] => {
    const header = piece.indexOf(close)
    const named = header === -1 ? '' : piece.slice(0, header).trim()
    const role = Object.hasOwn(roles, named) ? roles[named] : undefined
    const written = piece.slice(header + close.length).replace(/^\n\n?/, '')
    const trimmed = written.trimEnd()
    const over = trimmed.endsWith(end)
    const text = over ? trimmed.slice(0, -end.length) : written
    const marked = [begin, close, end].some((marker) => text.includes(marker))
    const whole = role !== undefined && !marked && (over || at === pieces.length - 1)
    return whole ? [{ role, text }] : []
  }
  return (prompt) => {
    const text = prompt.startsWith(begin) ? prompt.slice(begin.length) : prompt
    const [before = '', ...pieces] = text.split(open)
    const turns = pieces.flatMap(turn)
    return before.trim() === '' && turns.length === pieces.length ? turns : undefined
  }
}

/**
 * Turns of `[INST]`, as Llama 2 and Mistral have them. `over`: what ends an answer; `opened`: what
 * the first of them holds.
 */
export const instructed =
  (over: ' </s>' | '</s>', opened: (asks: string) => readonly Words[]): Turns =>
  (prompt) => {
    const [before = '', ...pieces] = prompt.split('[INST]')
    if (before.trim() !== '' && before.trim() !== '<s>') return undefined
    const turns: Words[] = []
    for (const [at, piece] of pieces.entries()) {
      const [asks, answer, ...more] = piece.split('[/INST]')
      if (asks === undefined || answer === undefined || more.length > 0) return undefined
      const said = without(without(without(answer, '<s>'), over), '</s>')
      turns.push(...(at === 0 ? opened(asks) : asking(asks)))
      turns.push({ role: 'assistant', text: said.replace(/^ /, '') })
    }
    return turns.some(({ text }) => /<\/?s>/.test(text)) ? undefined : turns
  }

export const asking = (asks: string): readonly Words[] => [
  { role: 'user', text: asks.replace(/^ /, '').replace(/ $/, '') },
]

/** Llama 2 has its system text before what is asked first. */
export function askingAfterSystem(asks: string): readonly Words[] {
  const [before = '', system = '', ...more] = asks.split('<<SYS>>')
  const [inner = '', rest, ...others] = system.split('<</SYS>>')
  const whole = before.trim() === '' && more.length === 0 && others.length === 0
  if (!whole || rest === undefined) return asking(asks)
  return [
    { role: 'system', text: inner.replace(/^\n/, '').replace(/\n$/, '') },
    { role: 'user', text: rest.replace(/^\n\n?/, '').replace(/ $/, '') },
  ]
}

function without(text: string, ending: string): string {
  const trimmed = text.trimEnd()
  return trimmed.endsWith(ending) ? trimmed.slice(0, -ending.length) : text
}
