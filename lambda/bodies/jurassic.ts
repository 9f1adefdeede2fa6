/** AI21 Jurassic-2: one question as it stands, or a conversation as lines of named speakers. */
import type { Body, ReportedUsage } from '../core/contracts.ts'
import type { Reply, Stop } from '../core/reply.ts'
import { answerFields, fieldsOf, need, type StopWords, stopOf, textOf } from './answer.ts'
import { sampled } from './parameters.ts'
import { type Words, wordsOf } from './plain-text.ts'
import { saidJurassic } from './said-jurassic.ts'
import { streamReader } from './stream.ts'
import { usageOf } from './usage.ts'

/** AWS, "AI21 Labs Jurassic-2 models". */
const stopWords = {
  endoftext: 'end',
  length: 'length',
  stop: 'sequence',
} as const satisfies StopWords<'endoftext' | 'length' | 'stop'>

const parameterNames = { temperature: 'temperature', topP: 'topP', stop: 'stopSequences' }

const speakers = { system: 'System', user: 'User', assistant: 'Assistant' } as const

/** A line that would pass for another speaker's is set off by a space. */
const quoted = (text: string) => text.replace(/\n(?=(?:System|User|Assistant):)/g, '\n ')

/** A last turn of the assistant is a beginning for the model to go on with. */
function prompt(words: readonly Words[]): string {
  const [first] = words
  if (words.length === 1 && first?.role === 'user') return quoted(first.text)
  const lines = words.map(({ role, text }) => `${speakers[role]}: ${quoted(text)}`)
  const asked = words.at(-1)?.role === 'assistant' ? [] : [`${speakers.assistant}:`]
  return [...lines, ...asked].join('\n')
}

const lengthOf = (tokens: unknown) => (Array.isArray(tokens) ? tokens.length : undefined)

type Told = {
  readonly text: string
  readonly stop: Stop
  readonly counts: Record<'input' | 'output', number | undefined>
}

/** Every token is listed; their number is the usage. */
function toldBy(answer: unknown): Told {
  const { prompt: asked, completions } = answerFields(answer)
  const [first] = Array.isArray(completions) ? completions : []
  const completion = need(fieldsOf(first), 'no completions')
  const data = need(fieldsOf(completion.data), 'no data')
  const { reason, sequence } = need(fieldsOf(completion.finishReason), 'no finishReason')
  return {
    text: need(textOf(data.text), 'no text'),
    stop: stopOf(stopWords, need(textOf(reason), 'no reason'), sequence),
    counts: { input: lengthOf(fieldsOf(asked)?.tokens), output: lengthOf(data.tokens) },
  }
}

function replyOf(answer: unknown, reported: ReportedUsage): Reply {
  const { text, stop, counts } = toldBy(answer)
  const usage = usageOf(counts, reported, text.length)
  return { content: text === '' ? [] : [{ type: 'text', text }], stop, usage }
}

export const jurassic: Body = {
  id: 'jurassic',
  parse: saidJurassic,

  build: (request, model, notice) => ({
    prompt: prompt(wordsOf(request, model, notice)),
    maxTokens: request.maxTokens,
    ...sampled(request.sampling, parameterNames, model, notice),
  }),

  read: replyOf,

  /** The family does not stream: a chunk, if ever one came, would be the whole answer. */
  openStream: () =>
    streamReader({
      read(chunk, write) {
        const { text, stop, counts } = toldBy(chunk)
        write.text(text)
        write.end(stop, counts)
      },
    }),
}
