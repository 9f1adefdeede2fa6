/** Amazon Titan Text: one text of `User:` and `Bot:` lines, without a place for a system prompt. */
import type { Body } from '../core/contracts.ts'
import { TollgateError } from '../core/errors.ts'
import { answerFields, countOf, fieldsOf, need, type StopWords, stopOf, textOf } from './answer.ts'
import { sampled } from './parameters.ts'
import { type Words, wordsOf } from './plain-text.ts'
import { saidTitanText } from './said-titan-text.ts'
import { streamReader } from './stream.ts'
import { usageOf } from './usage.ts'

/** AWS's page says FINISHED, the service FINISH. The page on Titan Text has the rest. */
type Completion = 'FINISH' | 'FINISHED' | 'LENGTH' | 'STOP_CRITERIA_MET' | 'CONTENT_FILTERED'

const stopWords = {
  FINISH: 'end',
  FINISHED: 'end',
  LENGTH: 'length',
  STOP_CRITERIA_MET: 'sequence',
  CONTENT_FILTERED: 'filtered',
} as const satisfies StopWords<Completion>

const parameterNames = { temperature: 'temperature', topP: 'topP', stop: 'stopSequences' }

const speakers = { user: 'User', assistant: 'Bot' } as const

/** A line that would pass for another speaker's is set off by a space. */
const quoted = (text: string) => text.replace(/\n(?=(?:User|Bot):)/g, '\n ')

function line({ role, text }: Words, at: number): string {
  if (role === 'system') {
    const param = `messages[${at}]`
    const message = `Titan Text takes no system messages; a Claude, Llama or Nova model could: ${param}`
    throw new TollgateError('unsupported_parameter', message, { param })
  }
  return `${speakers[role]}: ${quoted(text)}`
}

/** A last turn of the assistant is a beginning for the model to go on with. */
function inputText(words: readonly Words[]): string {
  const lines = words.map(line)
  return [...lines, ...(words.at(-1)?.role === 'assistant' ? [] : ['Bot:'])].join('\n')
}

export const titanText: Body = {
  id: 'titan-text',
  parse: saidTitanText,

  build: (request, model, notice) => ({
    inputText: inputText(wordsOf(request, model, notice)),
    textGenerationConfig: {
      maxTokenCount: request.maxTokens,
      ...sampled(request.sampling, parameterNames, model, notice),
    },
  }),

  read(answer, reported) {
    const { results, inputTextTokenCount } = answerFields(answer)
    const result = need(fieldsOf(Array.isArray(results) ? results[0] : undefined), 'no results')
    const text = need(textOf(result.outputText), 'no outputText')
    const reason = need(textOf(result.completionReason), 'no completionReason')
    const told = { input: countOf(inputTextTokenCount), output: countOf(result.tokenCount) }
    return {
      content: text === '' ? [] : [{ type: 'text', text }],
      stop: stopOf(stopWords, reason),
      usage: usageOf(told, reported, text.length),
    }
  },

  openStream() {
    let input: number | undefined
    let output: number | undefined
    return streamReader({
      read(chunk, write) {
        input = countOf(chunk.inputTextTokenCount) ?? input
        output = countOf(chunk.totalOutputTextTokenCount) ?? output
        if (input !== undefined) write.start({ input })
        write.text(textOf(chunk.outputText) ?? '')
        const reason = textOf(chunk.completionReason)
        if (reason !== undefined) write.end(stopOf(stopWords, reason), { input, output })
      },
    })
  },
}
