/** Mistral before its chat bodies: one prompt of `[INST]` turns, its system text in the first. */
import type { Body } from '../core/contracts.ts'
import {
  answerFields,
  type Fields,
  fieldsOf,
  need,
  type StopWords,
  stopOf,
  textOf,
} from './answer.ts'
import { sampled } from './parameters.ts'
import { alternatingWords, type Words, wordsOf } from './plain-text.ts'
import { saidMistralInstruct } from './said-mistral-instruct.ts'
import { streamReader } from './stream.ts'
import { usageOf } from './usage.ts'

/** AWS, "Mistral AI text completion". */
const stopWords = { stop: 'end', length: 'length' } as const satisfies StopWords<'stop' | 'length'>

const parameterNames = { temperature: 'temperature', topP: 'top_p', topK: 'top_k', stop: 'stop' }

/** The tokeniser's control words; one inside somebody's words is broken by a space. */
const markers =
  /<(?=\/?(?:s|unk|pad)>)|\[(?=\/?(?:INST|AVAILABLE_TOOLS|TOOL_CALLS|TOOL_RESULTS|TOOL_CONTENT|SYSTEM_PROMPT|IMG|PREFIX|MIDDLE|SUFFIX)\])/g

const quoted = (text: string) => text.replace(markers, '$& ')

/** A last turn of the assistant is a beginning for the model to go on with. */
function prompt(system: string, turns: readonly Words[]): string {
  const opening = system === '' ? '' : `${quoted(system)}\n\n`
  const spoken = turns.map(({ role, text }, at) => {
    if (role === 'user') return `[INST] ${at === 0 ? opening : ''}${quoted(text)} [/INST]`
    return ` ${quoted(text)}${at === turns.length - 1 ? '' : '</s>'}`
  })
  return `<s>${spoken.join('')}`
}

const outputOf = ({ outputs }: Fields) => fieldsOf(Array.isArray(outputs) ? outputs[0] : undefined)

export const mistralInstruct: Body = {
  id: 'mistral-instruct',
  parse: saidMistralInstruct,

  build(request, model, notice) {
    const { system, turns } = alternatingWords(wordsOf(request, model, notice), notice)
    return {
      prompt: prompt(system, turns),
      max_tokens: request.maxTokens,
      ...sampled(request.sampling, parameterNames, model, notice),
    }
  },

  /** The body has no counts: Bedrock's own, beside it, are all there is. */
  read(answer, reported) {
    const output = need(outputOf(answerFields(answer)), 'no outputs')
    const text = need(textOf(output.text), 'no text')
    const reason = need(textOf(output.stop_reason), 'no stop_reason')
    return {
      content: text === '' ? [] : [{ type: 'text', text }],
      stop: stopOf(stopWords, reason),
      usage: usageOf({}, reported, text.length),
    }
  },

  openStream: () =>
    streamReader({
      read(chunk, write) {
        const output = outputOf(chunk)
        write.text(textOf(output?.text) ?? '')
        const reason = textOf(output?.stop_reason)
        if (reason !== undefined) write.end(stopOf(stopWords, reason), {})
      },
    }),
}
