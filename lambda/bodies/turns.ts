/** Lays a conversation out for families that want the system first, then user and assistant in turn. */
import type { Notice } from '../core/contracts.ts'
import type {
  AssistantBlock,
  AssistantMessage,
  Message,
  UserBlock,
  UserMessage,
} from '../core/conversation.ts'
import { TollgateError } from '../core/errors.ts'

export type Turn = UserMessage | AssistantMessage

type HasRole = { readonly role: Message['role'] }

/** Splits off the system messages that open a conversation. */
export function leading<Item extends HasRole>(items: readonly Item[]): readonly [Item[], Item[]] {
  const first = items.findIndex(({ role }) => role !== 'system')
  const split = first === -1 ? items.length : first
  return [items.slice(0, split), items.slice(split)]
}

/** A later system message stays in its place as user text; the tags say whose words they are. */
export const asUserText = (system: string): string => `<system>\n${system}\n</system>`

export const movedSystem =
  'later system message: sent as user text in its place; the model takes system at the start'

/** Puts neighbours of one role together, since these families refuse two turns of one in a row. */
export function merged<Item extends HasRole>(
  items: readonly Item[],
  merge: (neighbours: readonly Item[]) => Item,
): readonly Item[] {
  const groups: Item[][] = []
  for (const item of items) {
    const last = groups.at(-1)
    if (last?.[0]?.role === item.role) last.push(item)
    else groups.push([item])
  }
  if (groups[0]?.[0]?.role === 'user') return groups.map(merge)
  const got = groups.length === 0 ? 'none' : 'the assistant’s'
  const message = `messages must begin with a user’s, after any system messages; we got ${got}`
  throw new TollgateError('invalid_body', message, { param: 'messages' })
}

/** `rest` is what follows the leading system messages. */
export function alternating(rest: readonly Message[], notice: Notice): readonly Turn[] {
  if (rest.some(({ role }) => role === 'system')) notice(movedSystem)
  const turns = rest.map(asTurn).filter(({ content }) => content.length > 0)
  return merged(turns, joined).map(resultsFirst)
}

/** Claude and Nova refuse blank text; nothing is said by it. */
export const isSaid = (block: UserBlock | AssistantBlock): boolean =>
  block.type !== 'text' || block.text.trim() !== ''

function asTurn(message: Message): Turn {
  if (message.role !== 'system') {
    return { ...message, content: message.content.filter(isSaid) } as Turn
  }
  const words = message.content.filter(isSaid)
  return {
    role: 'user',
    content: words.map((block) => ({ ...block, text: asUserText(block.text) })),
  }
}

const joined = (neighbours: readonly Turn[]): Turn =>
  ({
    role: neighbours[0]?.role,
    content: neighbours.flatMap(({ content }) => content as readonly Turn['content'][number][]),
  }) as Turn

/** Claude and Nova answer 400 when anything in a turn stands before the results of tool calls. */
function resultsFirst(turn: Turn): Turn {
  if (turn.role === 'assistant') return turn
  const isResult = ({ type }: UserBlock) => type === 'tool-result'
  const others = turn.content.filter((block) => !isResult(block))
  return { role: 'user', content: [...turn.content.filter(isResult), ...others] }
}
