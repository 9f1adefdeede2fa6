/**
 * Reads the prompt templates of Meta Llama and Mistral back into turns, as the models themselves do.
 * A broken template is answered, not refused; it shows as wrong turns and in `flaws`.
 * Meta, "Model Cards and Prompt formats", Llama 2, 3 and 4.
 */
import type { Turn } from './answer.ts'

export type ReadPrompt = {
  readonly system: string
  readonly turns: readonly Turn[]
  readonly flaws: readonly string[]
}

type Tokens = {
  readonly begin: string
  readonly headerStart: string
  readonly headerEnd: string
  readonly end: string
}

const tokens3: Tokens = {
  begin: '<|begin_of_text|>',
  headerStart: '<|start_header_id|>',
  headerEnd: '<|end_header_id|>',
  end: '<|eot_id|>',
}

const tokens4: Tokens = {
  begin: '<|begin_of_text|>',
  headerStart: '<|header_start|>',
  headerEnd: '<|header_end|>',
  end: '<|eot|>',
}

/** `<|image|>` marks where an image of the body belongs. */
const imageToken = '<|image|>'

const readHeaders = (prompt: string, tokens: Tokens): ReadPrompt => {
  const sections = prompt.split(tokens.headerStart)
  const opening = sections.shift() ?? ''
  const said = sections.map(function section(text) {
    const at = text.indexOf(tokens.headerEnd)
    const [content = '', ...after] = text.slice(at + tokens.headerEnd.length).split(tokens.end)
    const isClosed = after.length > 0
    const words = content.replaceAll(imageToken, '')
    return {
      role: text.slice(0, Math.max(at, 0)),
      text: words.replace(/^\n\n/, ''),
      isClosed,
      isSpaced: words.startsWith('\n\n'),
    }
  })
  const last = said.at(-1)
  const isOpen = last?.role === 'assistant' && !last.isClosed
  const closed = isOpen && last.text === '' ? said.slice(0, -1) : said
  const unknown = said.filter(({ role }) => !['system', 'user', 'assistant'].includes(role))
  const unclosed = said.slice(0, -1).filter(({ isClosed }) => !isClosed)
  return {
    system: closed
      .filter(({ role }) => role === 'system')
      .map(({ text }) => text)
      .join('\n'),
    turns:
      said.length === 0
        ? [{ role: 'user', text: prompt }]
        : closed.filter(({ role }) => role !== 'system').map(asTurn),
    flaws: [
      ...(opening === tokens.begin ? [] : [`the prompt does not start with ${tokens.begin}`]),
      ...(said.length === 0 ? ['the prompt has no turns'] : []),
      ...(isOpen ? [] : ['no assistant turn is open']),
      ...unknown.map(({ role }) => `unknown role '${role}'`),
      ...unclosed.map(({ role }) => `a turn of '${role}' is not ended by ${tokens.end}`),
      ...(said.every(({ isSpaced }) => isSpaced)
        ? []
        : ['a header without two line ends after it']),
    ],
  }
}

const asTurn = ({ role, text }: { role: string; text: string }): Turn => ({
  role: role === 'assistant' ? 'assistant' : 'user',
  text,
})

/** How turns are told apart in a prompt of instructions. */
type Instructions = { readonly begin: string; readonly exchange: RegExp; readonly system: RegExp }

/** Every exchange begins anew. */
const instructions2: Instructions = {
  begin: '',
  exchange: /<s>\[INST\] ([\s\S]*?) \[\/INST\](?: ([\s\S]*?) <\/s>)?/g,
  system: /^<<SYS>>\n([\s\S]*?)\n<<\/SYS>>\n\n/,
}

/** Mistral's: begun once, no place for a system prompt. AWS, "Mistral AI text completion". */
const mistral: Instructions = {
  begin: '<s>',
  exchange: /\s?\[INST\] ?([\s\S]*?) ?\[\/INST\](?: ?([\s\S]*?) ?<\/s>)?/g,
  system: /^(?!)/,
}

const readInstructions = (
  prompt: string,
  { begin, exchange, system }: Instructions,
): ReadPrompt => {
  const isBegun = prompt.startsWith(begin)
  const body = isBegun ? prompt.slice(begin.length) : prompt
  const exchanges = [...body.matchAll(exchange)]
  const rest = body.replaceAll(exchange, '')
  const instructed = system.exec(exchanges[0]?.[1] ?? '')
  const turns = exchanges.flatMap(function exchanged([, user = '', assistant], index): Turn[] {
    const text = index === 0 ? user.replace(system, '') : user
    const asked: Turn = { role: 'user', text }
    return assistant === undefined ? [asked] : [asked, { role: 'assistant', text: assistant }]
  })
  return {
    system: instructed?.[1] ?? '',
    turns: turns.length === 0 ? [{ role: 'user', text: prompt }] : turns,
    flaws: [
      ...(isBegun ? [] : [`the prompt does not start with ${begin}`]),
      ...(rest === '' ? [] : [`text outside of instructions: '${rest.slice(0, 40)}'`]),
      ...(turns.at(-1)?.role === 'user' ? [] : ['no assistant turn is open']),
    ],
  }
}

/** By family. */
export const readers = {
  llama2: (prompt: string) => readInstructions(prompt, instructions2),
  mistral: (prompt: string) => readInstructions(prompt, mistral),
  llama3: (prompt: string) => readHeaders(prompt, tokens3),
  llama4: (prompt: string) => readHeaders(prompt, tokens4),
} as const
