/** Meta Llama: the whole conversation is one prompt, written in the model's own template. */
import type { Body } from '../core/contracts.ts'
import { answerFields, countOf, need, type StopWords, stopOf, textOf } from './answer.ts'
import { llama2Template, llama3Template, llama4Template, type Template } from './llama-templates.ts'
import { sampled } from './parameters.ts'
import { wordsOf } from './plain-text.ts'
import { saidLlama2, saidLlama3, saidLlama4 } from './said-llama.ts'
import { streamReader } from './stream.ts'
import { usageOf } from './usage.ts'

/** AWS, "Meta Llama models": `stop_reason` is one of these. */
const stopWords = { stop: 'end', length: 'length' } as const satisfies StopWords<'stop' | 'length'>

const parameterNames = { temperature: 'temperature', topP: 'top_p' }

const llama = (id: string, template: Template, parse: NonNullable<Body['parse']>): Body => ({
  id,

  build: (request, model, notice) => ({
    prompt: template(wordsOf(request, model, notice), notice),
    max_gen_len: request.maxTokens,
    ...sampled(request.sampling, parameterNames, model, notice),
  }),

  parse,

  read(answer, reported) {
    const fields = answerFields(answer)
    const text = need(textOf(fields.generation), 'no generation')
    const reason = need(textOf(fields.stop_reason), 'no stop_reason')
    const input = countOf(fields.prompt_token_count)
    const output = countOf(fields.generation_token_count)
    return {
      content: text === '' ? [] : [{ type: 'text', text }],
      stop: stopOf(stopWords, reason),
      usage: usageOf({ input, output }, reported, text.length),
    }
  },

  /** The prompt's count comes with the first chunk, the answer's with the last. */
  openStream() {
    let input: number | undefined
    let output: number | undefined
    return streamReader({
      read(chunk, write) {
        input = countOf(chunk.prompt_token_count) ?? input
        output = countOf(chunk.generation_token_count) ?? output
        if (input !== undefined) write.start({ input })
        write.text(textOf(chunk.generation) ?? '')
        const reason = textOf(chunk.stop_reason)
        if (reason !== undefined) write.end(stopOf(stopWords, reason), { input, output })
      },
    })
  },
})

export const llama2 = llama('llama2', llama2Template, saidLlama2)
export const llama3 = llama('llama3', llama3Template, saidLlama3)
export const llama4 = llama('llama4', llama4Template, saidLlama4)
