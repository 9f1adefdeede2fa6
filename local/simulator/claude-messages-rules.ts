/** What Claude's Messages ask of a body beyond its shape, in Anthropic's words. */
import type {
  CacheControl,
  ClaudeBlock,
  ClaudeBody,
  ClaudeMessage,
} from './claude-messages-body.ts'
import type { Rule } from './family.ts'

export const blocksOf = (content: ClaudeMessage['content'] | undefined): readonly ClaudeBlock[] =>
  typeof content === 'string' ? [{ type: 'text', text: content }] : (content ?? [])

const startsWithUser: Rule = ({ messages }: ClaudeBody) =>
  messages[0]?.role === 'user' ? undefined : 'messages: first message must use the "user" role'

const hasContent: Rule = ({ messages }: ClaudeBody) =>
  messages
    .map(({ role, content }, at) => ({ role, content, at }))
    .filter(({ content }) => content.length === 0)
    .filter(({ role, at }) => role === 'user' || at < messages.length - 1)
    .map(
      ({ at }) =>
        `messages.${at}: all messages must have non-empty content except for the optional final assistant message`,
    )[0]

const noBlankText: Rule = ({ messages, system }: ClaudeBody) => {
  const blocks = [...messages.flatMap(({ content }) => blocksOf(content)), ...blocksOf(system)]
  const texts = blocks.filter(({ type }) => type === 'text').map(({ text }) => text ?? '')
  if (texts.includes('')) return 'messages: text content blocks must be non-empty'
  return texts.some((text) => text.trim() === '')
    ? 'messages: text content blocks must contain non-whitespace text'
    : undefined
}

const noTrailingSpace: Rule = ({ messages }: ClaudeBody) => {
  const last = messages.at(-1)
  const text = last?.role === 'assistant' ? blocksOf(last.content).at(-1)?.text : undefined
  return text !== undefined && text.trimEnd() !== text
    ? 'messages: final assistant content cannot end with trailing whitespace'
    : undefined
}

/** Turns of one role in a row are one turn to the model. */
function joinedTurns(messages: readonly ClaudeMessage[]) {
  const turns: { at: number; blocks: ClaudeBlock[]; role: string }[] = []
  for (const [at, { role, content }] of messages.entries()) {
    const previous = turns.at(-1)
    if (previous?.role === role) previous.blocks.push(...blocksOf(content))
    else turns.push({ at, role, blocks: [...blocksOf(content)] })
  }
  return turns
}

const callsAnswered: Rule = ({ messages }: ClaudeBody) => {
  const turns = joinedTurns(messages)
  for (const [index, { at, blocks }] of turns.entries()) {
    const called = blocks.filter(({ type }) => type === 'tool_use').map(({ id }) => id)
    const next = turns[index + 1]?.blocks ?? []
    const firstOther = next.findIndex(({ type }) => type !== 'tool_result')
    const leading = firstOther < 0 ? next : next.slice(0, firstOther)
    const answered = leading.map(({ tool_use_id }) => tool_use_id)
    const missing = called.filter((id) => !answered.includes(id))
    if (missing.length === 0) continue
    return `messages.${at}: \`tool_use\` ids were found without \`tool_result\` blocks immediately after: ${missing.join(', ')}. Each \`tool_use\` block must have a corresponding \`tool_result\` block in the next message.`
  }
  return undefined
}

const resultsAsked: Rule = ({ messages }: ClaudeBody) => {
  const turns = joinedTurns(messages)
  for (const [index, { at, blocks }] of turns.entries()) {
    const called = (turns[index - 1]?.blocks ?? []).map(({ id }) => id)
    const results = blocks.filter(({ type }) => type === 'tool_result')
    const unasked = results.find(({ tool_use_id }) => !called.includes(tool_use_id))
    if (unasked === undefined) continue
    const place = `messages.${at}.content.${blocks.indexOf(unasked)}`
    return `${place}: unexpected \`tool_use_id\` found in \`tool_result\` blocks: ${unasked.tool_use_id}. Each \`tool_result\` block must have a corresponding \`tool_use\` block in the previous message.`
  }
  return undefined
}

const uniqueTools: Rule = ({ tools = [] }: ClaudeBody) =>
  new Set(tools.map(({ name }) => name)).size === tools.length
    ? undefined
    : 'tools: Tool names must be unique.'

const toolChoicePossible: Rule = ({ tools = [], tool_choice: choice }: ClaudeBody) => {
  if (choice === undefined) return undefined
  if (tools.length === 0) return 'tool_choice: may only be specified while providing tools'
  return choice.type === 'tool' && !tools.some(({ name }) => name === choice.name)
    ? `Tool '${choice.name}' not found in provided tools`
    : undefined
}

export const thinkingPossible: Rule = (body: ClaudeBody) => {
  const { thinking, tool_choice: choice, temperature = 1, top_p = 1, top_k } = body
  if (thinking === undefined || thinking.type === 'disabled') return undefined
  const broken: readonly (readonly [boolean, string])[] = [
    [
      (thinking.budget_tokens ?? 0) >= body.max_tokens,
      '`max_tokens` must be greater than `thinking.budget_tokens`.',
    ],
    [temperature !== 1, '`temperature` may only be set to 1 when thinking is enabled.'],
    [top_p < 0.95, '`top_p` must be greater than or equal to 0.95 when thinking is enabled.'],
    [top_k !== undefined, '`top_k` must be unset when thinking is enabled.'],
    [
      choice?.type === 'any' || choice?.type === 'tool',
      'Thinking may not be enabled when tool_choice forces tool use.',
    ],
  ]
  return broken.find(([isBroken]) => isBroken)?.[1]
}

export const oneSampler: Rule = ({ temperature, top_p }: ClaudeBody, { accepts }) =>
  accepts.oneSampler && temperature !== undefined && top_p !== undefined
    ? '`temperature` and `top_p` cannot both be specified for this model. Please use only one.'
    : undefined

/** Bedrock opens fewer of Anthropic's features than Anthropic does. */
export const betasKnown: Rule = ({ anthropic_beta: betas = [] }: ClaudeBody, { accepts }) =>
  betas.every((beta) => accepts.betas.includes(beta)) ? undefined : 'invalid beta flag'

const toolMayBeForced: Rule = ({ tool_choice: choice }: ClaudeBody, { accepts }) =>
  (choice?.type === 'any' || choice?.type === 'tool') && !accepts.forcedTools
    ? `tool_choice: type '${choice.type}' is not supported for this model.`
    : undefined

const noPrefill: Rule = ({ messages }: ClaudeBody, { accepts }) =>
  messages.at(-1)?.role === 'assistant' && !accepts.prefill
    ? 'This model does not support assistant message prefill. The conversation must end with a user message.'
    : undefined

type Marked = { readonly cache_control?: CacheControl }

/** In the order the model reads, which is also the order caches are kept in. */
const marksOf = ({ tools = [], system, messages }: ClaudeBody): readonly CacheControl[] => {
  const blocks: readonly (Marked & { content?: unknown })[] = [
    ...tools,
    ...blocksOf(system),
    ...messages.flatMap(({ content }) => blocksOf(content)),
  ]
  return blocks.flatMap(({ cache_control, content }) => {
    const inner = Array.isArray(content) ? (content as readonly Marked[]) : []
    return [...inner, { ...(cache_control && { cache_control }) }].flatMap(
      (each) => each.cache_control ?? [],
    )
  })
}

const cacheMarksInOrder: Rule = (body: ClaudeBody) => {
  const marks = marksOf(body)
  if (marks.length > 4) {
    return `A maximum of 4 blocks with cache_control may be provided. Found ${marks.length}.`
  }
  const firstShort = marks.findIndex(({ ttl }) => ttl !== '1h')
  const isLate = firstShort >= 0 && marks.slice(firstShort).some(({ ttl }) => ttl === '1h')
  return isLate
    ? "cache_control.ttl: a ttl='1h' cache_control block must not come after a ttl='5m' cache_control block. Note that blocks are processed in the following order: `tools`, `system`, `messages`."
    : undefined
}

export const claudeRules: readonly Rule[] = [
  startsWithUser,
  hasContent,
  noBlankText,
  noTrailingSpace,
  callsAnswered,
  resultsAsked,
  uniqueTools,
  toolChoicePossible,
  thinkingPossible,
  oneSampler,
  betasKnown,
  toolMayBeForced,
  noPrefill,
  cacheMarksInOrder,
]
