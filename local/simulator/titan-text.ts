/**
 * Amazon Titan Text's native body and answers.
 * AWS, "Amazon Titan Text models", Amazon Bedrock User Guide.
 */
import type { Model } from '../../lambda/core/model.ts'
import type { Asked, Told, Turn } from './answer.ts'
import type { Chunk, Family } from './family.ts'
import { fieldIf, optional, type Shape } from './shapes.ts'
import { piecesOf, tokensOf } from './tokens.ts'
import { malformed, schemaWording } from './wordings.ts'

type Body = {
  readonly inputText: string
  readonly textGenerationConfig?: {
    readonly temperature?: number
    readonly topP?: number
    readonly maxTokenCount?: number
    readonly stopSequences?: readonly string[]
  }
}

const defaultMaxTokens = 512

const shape = ({ limits, accepts }: Model): Shape => ({
  kind: 'object',
  fields: {
    inputText: { kind: 'string', minLength: 1 },
    textGenerationConfig: {
      kind: 'object',
      optional: true,
      fields: {
        ...fieldIf(accepts.temperature, {
          temperature: { kind: 'number', min: 0, max: 1, optional: true },
        }),
        ...fieldIf(accepts.topP, { topP: { kind: 'number', over: 0, max: 1, optional: true } }),
        maxTokenCount: {
          kind: 'number',
          integer: true,
          min: 1,
          max: limits.output,
          optional: true,
        },
        stopSequences: optional({
          kind: 'list',
          of: { kind: 'string' },
          max: accepts.stopSequences,
        }),
      },
    },
  },
})

function read({ inputText, textGenerationConfig: config = {} }: Body): Asked {
  const maxTokens = config.maxTokenCount ?? defaultMaxTokens
  const { system, turns } = readDialogue(inputText)
  return {
    system,
    turns,
    parts: [{ text: inputText, tokens: tokensOf(inputText) }],
    settings: {
      temperature: config.temperature,
      topP: config.topP,
      max: maxTokens,
      stop: config.stopSequences?.length,
    },
    given: [],
    maxTokens,
    stop: config.stopSequences ?? [],
    thinking: 'never',
    tools: [],
  }
}

/** `User: …\nBot:` is a dialogue, anything else one question; what stands before it is the system's. */
function readDialogue(text: string): { system: string; turns: readonly Turn[] } {
  const [before = '', ...spoken] = text.split(/(?:^|\n)(User|Bot):/)
  const turns = spoken.flatMap(function turn(speaker, index): Turn[] {
    if (index % 2 === 1) return []
    const words = (spoken[index + 1] ?? '').trim()
    const role = speaker === 'User' ? 'user' : 'assistant'
    const isOpenTurn = role === 'assistant' && words === '' && index === spoken.length - 2
    return isOpenTurn ? [] : [{ role, text: words }]
  })
  if (turns.length === 0) return { system: '', turns: [{ role: 'user', text: text.trim() }] }
  return { system: before.trim(), turns }
}

const whole = ({ text, stopWord, usage }: Told) => ({
  inputTextTokenCount: usage.input,
  results: [{ tokenCount: usage.output, outputText: text, completionReason: stopWord }],
})

function stream({ text, stopWord, usage }: Told): readonly Chunk[] {
  const pieces = text === '' ? [{ text: '', tokens: 0 }] : piecesOf(text)
  let output = 0
  return pieces.map(function chunk({ text: outputText, tokens }, at) {
    output += tokens
    const isLast = at === pieces.length - 1
    const json = {
      outputText,
      index: 0,
      totalOutputTextTokenCount: isLast ? usage.output : output,
      completionReason: isLast ? stopWord : null,
      inputTextTokenCount: at === 0 ? usage.input : null,
    }
    return { json, tokens }
  })
}

export const titanText: Family = {
  shape,
  wording: schemaWording,
  frame: malformed,
  rules: [],
  tooLong: (tokens, limit) =>
    `400 Bad Request: Too many input tokens. Max input tokens: ${limit}, request input token count: ${tokens}`,
  read,
  endings: {
    end: 'FINISHED',
    length: 'LENGTH',
    sequence: 'STOP_CRITERIA_MET',
    filtered: 'CONTENT_FILTERED',
  },
  whole,
  stream,
}
