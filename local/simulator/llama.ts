/**
 * Meta Llama's native body and answers; all but the parameters is in the prompt's template.
 * AWS, "Meta Llama models", Amazon Bedrock User Guide.
 */
import type { Model } from '../../lambda/core/model.ts'
import type { Asked, Told } from './answer.ts'
import type { Chunk, Family } from './family.ts'
import { type ReadPrompt, readers } from './prompt-templates.ts'
import { fieldIf, type Shape } from './shapes.ts'
import { imageTokens, type Part, piecesOf, tokensOf } from './tokens.ts'
import { malformed, schemaWording } from './wordings.ts'

type Body = {
  readonly prompt: string
  readonly temperature?: number
  readonly top_p?: number
  readonly max_gen_len?: number
  readonly images?: readonly string[]
}

const defaultMaxTokens = 512

const shape = ({ limits, accepts }: Model): Shape => ({
  kind: 'object',
  fields: {
    prompt: { kind: 'string', minLength: 1 },
    ...fieldIf(accepts.temperature, {
      temperature: { kind: 'number', min: 0, max: 1, optional: true },
    }),
    ...fieldIf(accepts.topP, { top_p: { kind: 'number', min: 0, max: 1, optional: true } }),
    max_gen_len: { kind: 'number', integer: true, min: 1, max: limits.output, optional: true },
    ...fieldIf(accepts.images, {
      images: { kind: 'list', of: { kind: 'string', minLength: 1 }, optional: true },
    }),
  },
})

function reader(readPrompt: (prompt: string) => ReadPrompt) {
  return function read(body: Body): Asked {
    const { system, turns, flaws } = readPrompt(body.prompt)
    const maxTokens = body.max_gen_len ?? defaultMaxTokens
    const images = (body.images ?? []).map((text): Part => ({ text, tokens: imageTokens }))
    return {
      system,
      turns,
      parts: [{ text: body.prompt, tokens: tokensOf(body.prompt) }, ...images],
      settings: { temperature: body.temperature, topP: body.top_p, max: maxTokens },
      given: [
        ...(images.length === 0 ? [] : [`${images.length} image${images.length === 1 ? '' : 's'}`]),
        ...flaws,
      ],
      maxTokens,
      stop: [],
      thinking: 'never',
      tools: [],
    }
  }
}

const whole = ({ text, stopWord, usage }: Told) => ({
  generation: text,
  prompt_token_count: usage.input,
  generation_token_count: usage.output,
  stop_reason: stopWord,
})

function stream({ text, stopWord, usage }: Told): readonly Chunk[] {
  const pieces = [...piecesOf(text), { text: '', tokens: 0 }]
  let output = 0
  return pieces.map(function chunk({ text: generation, tokens }, at) {
    output += tokens
    const isLast = at === pieces.length - 1
    const json = {
      generation,
      prompt_token_count: at === 0 ? usage.input : null,
      generation_token_count: isLast ? usage.output : output,
      stop_reason: isLast ? stopWord : null,
    }
    return { json, tokens }
  })
}

const llama = (readPrompt: (prompt: string) => ReadPrompt): Family => ({
  shape,
  wording: schemaWording,
  frame: malformed,
  rules: [],
  tooLong: (tokens, limit) =>
    `This model's maximum context length is ${limit} tokens, but ${tokens} were given. ` +
    'Please reduce the length of the prompt.',
  read: reader(readPrompt),
  endings: { end: 'stop', length: 'length' },
  whole,
  stream,
})

export const llama2 = llama(readers.llama2)
export const llama3 = llama(readers.llama3)
export const llama4 = llama(readers.llama4)
