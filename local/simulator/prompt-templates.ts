/**
 * Reads the prompt templates of Meta Llama back into turns, as the model itself does.
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

const exchange2 = /<s>\[INST\] ([\s\S]*?) \[\/INST\](?: ([\s\S]*?) <\/s>)?/g
const system2 = /^<<SYS>>\n([\s\S]*?)\n<<\/SYS>>\n\n/

function readInstructions(prompt: string): ReadPrompt {
  const exchanges = [...prompt.matchAll(exchange2)]
  const rest = prompt.replaceAll(exchange2, '')
  const system = system2.exec(exchanges[0]?.[1] ?? '')
  const turns = exchanges.flatMap(function exchange([, user = '', assistant], index): Turn[] {
    const text = index === 0 ? user.replace(system2, '') : user
    const asked: Turn = { role: 'user', text }
    return assistant === undefined ? [asked] : [asked, { role: 'assistant', text: assistant }]
  })
  return {
    system: system?.[1] ?? '',
    turns: turns.length === 0 ? [{ role: 'user', text: prompt }] : turns,
    flaws: [
      ...(rest === '' ? [] : [`text outside of instructions: '${rest.slice(0, 40)}'`]),
      ...(turns.at(-1)?.role === 'user' ? [] : ['no assistant turn is open']),
    ],
  }
}

/** By the id of the model's body. */
export const readers = {
  llama2: readInstructions,
  llama3: (prompt: string) => readHeaders(prompt, tokens3),
  llama4: (prompt: string) => readHeaders(prompt, tokens4),
} as const
