/** Claude before 3: one prompt of `Human:` and `Assistant:` turns, its system text before the first. */
import type { Body } from '../core/contracts.ts'
import type { Stop } from '../core/reply.ts'
import { answerFields, need, type StopWords, stopOf, textOf } from './answer.ts'
import { sampled } from './parameters.ts'
import { alternatingWords, type Words, wordsOf } from './plain-text.ts'
import { saidClaudeText } from './said-claude-text.ts'
import { streamReader } from './stream.ts'
import { usageOf } from './usage.ts'

/** AWS, "Anthropic Claude Text Completions API". */
const stopWords = { stop_sequence: 'sequence', max_tokens: 'length' } as const satisfies StopWords<
  'stop_sequence' | 'max_tokens'
>

const parameterNames = {
  temperature: 'temperature',
  topP: 'top_p',
  topK: 'top_k',
  stop: 'stop_sequences',
}

const speakers = { system: '', user: '\n\nHuman: ', assistant: '\n\nAssistant: ' } as const

/** A paragraph that would pass for another turn is set off by a space. */
const quoted = (text: string) => text.replace(/\n\n(?=(?:Human|Assistant):)/g, '\n\n ')

/** A last turn of the assistant is a beginning for the model to go on with. */
function prompt(system: string, turns: readonly Words[]): string {
  const spoken = turns.map(({ role, text }) => speakers[role] + quoted(text)).join('')
  const asked = turns.at(-1)?.role === 'assistant' ? '' : '\n\nAssistant:'
  return quoted(system) + spoken + asked
}

/** The family always stops at the next `Human:`, and calls that end a stop sequence too. */
function stopped(reason: string, sequence: unknown): Stop {
  const stop = stopOf(stopWords, reason, sequence)
  const own = typeof sequence !== 'string' || sequence === '\n\nHuman:'
  return stop.reason === 'sequence' && own ? { reason: 'end' } : stop
}

export const claudeText: Body = {
  id: 'claude-text',
  parse: saidClaudeText,

  build(request, model, notice) {
    const { system, turns } = alternatingWords(wordsOf(request, model, notice), notice)
    return {
      prompt: prompt(system, turns),
      max_tokens_to_sample: request.maxTokens,
      ...sampled(request.sampling, parameterNames, model, notice),
    }
  },

  /** The body has no counts: Bedrock's own, beside it, are all there is. */
  read(answer, reported) {
    const fields = answerFields(answer)
    const text = need(textOf(fields.completion), 'no completion')
    const reason = need(textOf(fields.stop_reason), 'no stop_reason')
    return {
      content: text === '' ? [] : [{ type: 'text', text }],
      stop: stopped(reason, fields.stop),
      usage: usageOf({}, reported, text.length),
    }
  },

  openStream: () =>
    streamReader({
      read(chunk, write) {
        write.text(textOf(chunk.completion) ?? '')
        const reason = textOf(chunk.stop_reason)
        if (reason !== undefined) write.end(stopped(reason, chunk.stop), {})
      },
    }),
}
