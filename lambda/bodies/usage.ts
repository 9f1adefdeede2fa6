/** Counts tokens from the best witness there is: the body, what Bedrock reports beside it, the text. */
import type { ReportedUsage } from '../core/contracts.ts'
import type { AssistantBlock } from '../core/conversation.ts'
import type { Usage } from '../core/reply.ts'
import { countOf, type Fields, fieldsOf } from './answer.ts'

/** Counts as a body tells them; what it does not tell is absent. */
export type ToldUsage = { readonly [Count in keyof Omit<Usage, 'guessed'>]?: number | undefined }

/** Four characters a token is usual for English; three, rounded up, errs on the dearer side. */
const charactersPerToken = 3

export const estimatedTokens = (characters: number): number =>
  Math.ceil(characters / charactersPerToken)

/**
 * The prompt is out of sight here, so a missing input count is 0: what was reserved for it stands.
 * Bedrock reports cache writes without their lifetime; they are counted as the default, 5 minutes.
 */
export function usageOf(told: ToldUsage, reported: ReportedUsage, characters: number): Usage {
  const output = told.output ?? reported.output
  return {
    input: told.input ?? reported.input ?? 0,
    cacheRead: told.cacheRead ?? reported.cacheRead ?? 0,
    cacheWrite5m: told.cacheWrite5m ?? reported.cacheWrite ?? 0,
    cacheWrite1h: told.cacheWrite1h ?? 0,
    output: output ?? estimatedTokens(characters),
    ...(output === undefined && { guessed: 'answer' }),
  }
}

/** How long an answer is, in characters of what the model wrote. */
export function charactersOf(content: readonly AssistantBlock[]): number {
  return content.reduce((sum, block) => sum + blockCharacters(block), 0)
}

function blockCharacters(block: AssistantBlock): number {
  switch (block.type) {
    case 'text':
    case 'thinking':
      return block.text.length
    case 'redacted-thinking':
      return block.data.length
    case 'tool-call':
      return JSON.stringify(block.input).length
  }
}

/** Bedrock adds these to the last chunk of every InvokeModelWithResponseStream stream. */
export function invocationMetrics(chunk: Fields): ReportedUsage {
  const metrics = fieldsOf(chunk['amazon-bedrock-invocationMetrics']) ?? {}
  const input = countOf(metrics.inputTokenCount)
  const output = countOf(metrics.outputTokenCount)
  const cacheRead = countOf(metrics.cacheReadInputTokenCount)
  const cacheWrite = countOf(metrics.cacheWriteInputTokenCount)
  return {
    ...(input !== undefined && { input }),
    ...(output !== undefined && { output }),
    ...(cacheRead !== undefined && { cacheRead }),
    ...(cacheWrite !== undefined && { cacheWrite }),
  }
}
