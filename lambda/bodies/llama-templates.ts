/** The prompt templates of Meta Llama 2, 3 and 4, as Meta's model cards give them. */
import type { Notice } from '../core/contracts.ts'
import { alternatingWords, type Words } from './plain-text.ts'

/** A last turn of the assistant is left open, for the model to go on with. */
export type Template = (words: readonly Words[], notice: Notice) => string

/**
 * A marker inside somebody's words would open a turn of its own. A space after its first character
 * breaks it: the words stay readable, nothing is removed that could leave another marker behind,
 * and code like `<|` or `|>` alone, an operator in F# and Elixir, is untouched.
 */
const breaking = (marker: RegExp) => (text: string) => text.replace(marker, '$& ')

const quoted2 = breaking(/<(?=\/?s>|<\/?SYS>>)|\[(?=\/?INST\])/g)
const quoted3 = breaking(/<(?=\|[^<>|\s]+\|>)/g)

/** Llama 3 and 4 differ in their markers only. */
function headed(begin: string, header: readonly [string, string], end: string): Template {
  const opening = (role: Words['role']) => `${header[0]}${role}${header[1]}\n\n`
  return (words) => {
    const turns = words.map(({ role, text }) => `${opening(role)}${quoted3(text)}`)
    const begun = words.at(-1)?.role === 'assistant'
    return begin + turns.join(end) + (begun ? '' : end + opening('assistant'))
  }
}

export const llama3Template = headed(
  '<|begin_of_text|>',
  ['<|start_header_id|>', '<|end_header_id|>'],
  '<|eot_id|>',
)

export const llama4Template = headed(
  '<|begin_of_text|>',
  ['<|header_start|>', '<|header_end|>'],
  '<|eot|>',
)

/** Llama 2 has one system prompt, inside the first user turn, and strictly alternating turns. */
export const llama2Template: Template = (words, notice) => {
  const { system, turns } = alternatingWords(words, notice)
  const opening = system === '' ? '' : `<<SYS>>\n${quoted2(system)}\n<</SYS>>\n\n`
  return turns
    .map(({ role, text }, at) => {
      if (role === 'user') return `<s>[INST] ${at === 0 ? opening : ''}${quoted2(text)} [/INST]`
      return ` ${quoted2(text)}${at === turns.length - 1 ? '' : ' </s>'}`
    })
    .join('')
}
