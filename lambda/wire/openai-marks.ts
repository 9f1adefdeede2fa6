/** What any message may carry beside its content: a speaker's name, and a mark for the cache. */
import type {
  AssistantBlock,
  CachePoint,
  RedactedThinking,
  Thinking,
  UserBlock,
} from '../core/conversation.ts'
import { anyText, leftOut, type Place, tell } from './openai-fields.ts'

export const speaker = leftOut(
  anyText,
  'models here are told no names of speakers',
  (name) => name === '',
)

type Markable = Exclude<UserBlock | AssistantBlock, Thinking | RedactedThinking>

/** A mark on the message is one on its last block (LiteLLM, "Prompt Caching"). */
export function marked<Block extends UserBlock | AssistantBlock>(
  blocks: readonly Block[],
  cache: CachePoint | undefined,
  place: Place,
): readonly Block[] {
  const last = blocks.at(-1)
  if (cache === undefined || last === undefined) return blocks
  if (!isMarkable(last)) {
    tell(place, 'a cache mark is left out; thoughts take none')
    return blocks
  }
  return [...blocks.slice(0, -1), { ...last, cache }]
}

const isMarkable = <Block extends UserBlock | AssistantBlock>(
  block: Block,
): block is Block & Markable => block.type !== 'thinking' && block.type !== 'redacted-thinking'
