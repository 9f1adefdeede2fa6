/** Conversations in the three dialects that have tools, and answers in every chat dialect, as a client reads them. */
import type { InProcessAnswer, InProcessRequest } from './in-process.ts'

type Fields = Readonly<Record<string, unknown>>
export type Called = { readonly id: string; readonly name: string; readonly input: unknown }

export type Read = {
  readonly text: string
  readonly calls: readonly Called[]
  readonly usage: { readonly input: number; readonly output: number }
  /** As the dialect says it, in USD. */
  readonly cost: unknown
  /** The model's turn in the dialect's own form, to be sent back as it is. */
  readonly turn: readonly Fields[]
}

export type Conversing = {
  readonly name: string
  readonly ask: (said: {
    readonly model: string
    readonly turns: readonly Fields[]
    readonly stream: boolean
    readonly more?: Fields
  }) => InProcessRequest
  readonly user: (text: string) => Fields
  readonly result: (call: Called, text: string) => Fields
  /** The one tool of these tests. */
  readonly tools: Fields
  readonly thinking: Fields
  readonly read: (answer: InProcessAnswer, stream: boolean) => Read
}

const schema = {
  type: 'object',
  properties: { city: { type: 'string' } },
  required: ['city'],
  additionalProperties: false,
}
const named = { name: 'get_weather', description: 'The weather of a city.' }

/** Data of each event, the last mark left out. */
export const dataOf = ({ text }: InProcessAnswer): readonly Fields[] =>
  text
    .split('\n')
    .filter((line) => line.startsWith('data: ') && line !== 'data: [DONE]')
    .map((line) => JSON.parse(line.slice('data: '.length)) as Fields)

const parsed = ({ text }: InProcessAnswer): Fields => JSON.parse(text) as Fields
const fields = (value: unknown): Fields => (value ?? {}) as Fields
const list = (value: unknown): readonly Fields[] => (value ?? []) as readonly Fields[]
const joined = (texts: readonly unknown[]): string =>
  texts.map((text) => (typeof text === 'string' ? text : '')).join('')

const openAiUsage = (said: unknown) => {
  const { prompt_tokens: input, completion_tokens: output, cost_usd: cost } = fields(said)
  return { usage: { input: Number(input), output: Number(output) }, cost }
}
const otherUsage = (said: unknown) => {
  const { input_tokens: input, output_tokens: output, cost_usd: cost } = fields(said)
  return { usage: { input: Number(input), output: Number(output) }, cost }
}

function readQuestion(answer: InProcessAnswer, stream: boolean): Read {
  const done = stream ? fields(dataOf(answer).at(-1)) : parsed(answer)
  const pieces = stream ? dataOf(answer).map(({ text }) => text) : [done.answer]
  const { usage } = otherUsage(done.usage)
  return { text: joined(pieces), calls: [], usage, cost: done.cost_usd, turn: [] }
}

function readChat(answer: InProcessAnswer, stream: boolean): Read {
  const chunks = stream ? dataOf(answer) : []
  const message = stream ? gathered(chunks) : fields(list(parsed(answer).choices)[0]).message
  const { content, tool_calls: said } = fields(message)
  const calls = list(said).map(({ id, function: of }) => {
    const { name, arguments: input } = fields(of)
    return { id: String(id), name: String(name), input: JSON.parse(String(input)) }
  })
  const usage = stream ? chunks.at(-1)?.usage : parsed(answer).usage
  return { text: joined([content]), calls, ...openAiUsage(usage), turn: [fields(message)] }
}

/** A message put together from its chunks, as OpenAI's clients do. */
function gathered(chunks: readonly Fields[]): Fields {
  const deltas = chunks.flatMap(({ choices }) => list(choices).map(({ delta }) => fields(delta)))
  const calls: { id: unknown; type: 'function'; function: { name: unknown; arguments: string } }[] =
    []
  for (const { index, id, function: of } of deltas.flatMap((delta) => list(delta.tool_calls))) {
    const { name, arguments: piece = '' } = fields(of)
    calls[Number(index)] ??= { id, type: 'function', function: { name, arguments: '' } }
    const call = calls[Number(index)]
    if (call !== undefined) call.function.arguments += String(piece)
  }
  const thoughts = deltas.flatMap((delta) => list(delta.thinking_blocks))
  return {
    role: 'assistant',
    content: joined(deltas.map(({ content }) => content)),
    ...(calls.length > 0 && { tool_calls: calls }),
    ...(thoughts.length > 0 && { thinking_blocks: thoughts }),
  }
}

function readResponses(answer: InProcessAnswer, stream: boolean): Read {
  const response = stream ? fields(dataOf(answer).at(-1)?.response) : parsed(answer)
  const turn = list(response.output)
  const calls = turn
    .filter(({ type }) => type === 'function_call')
    .map(({ call_id: id, name, arguments: input }) => {
      return { id: String(id), name: String(name), input: JSON.parse(String(input)) }
    })
  const texts = turn
    .filter(({ type }) => type === 'message')
    .flatMap(({ content }) => list(content).map(({ text }) => text))
  return { text: joined(texts), calls, ...otherUsage(response.usage), turn }
}

function readMessages(answer: InProcessAnswer, stream: boolean): Read {
  const content = stream ? blocksOf(dataOf(answer)) : list(parsed(answer).content)
  const calls = content
    .filter(({ type }) => type === 'tool_use')
    .map(({ id, name, input }) => ({ id: String(id), name: String(name), input }))
  const said = stream
    ? dataOf(answer).find(({ type }) => type === 'message_delta')?.usage
    : parsed(answer).usage
  const text = joined(content.map((block) => block.text))
  return { text, calls, ...otherUsage(said), turn: [{ role: 'assistant', content }] }
}

type Delta = {
  readonly type: string
  readonly text?: string
  readonly thinking?: string
  readonly signature?: string
  readonly partial_json?: string
}

/** Blocks put together from their deltas, as Anthropic's clients do. */
function blocksOf(events: readonly Fields[]): readonly Fields[] {
  const blocks: Record<string, unknown>[] = []
  const inputs: string[] = []
  for (const { type, index, content_block: opened, delta } of events) {
    const at = Number(index)
    if (type === 'content_block_start') blocks[at] = { ...fields(opened) }
    const block = blocks[at]
    if (type !== 'content_block_delta' || block === undefined) continue
    const { type: _, partial_json: json, ...said } = delta as Delta
    if (json !== undefined) inputs[at] = `${inputs[at] ?? ''}${json}`
    for (const [name, piece] of Object.entries(said)) {
      block[name] = `${String(block[name] ?? '')}${piece}`
    }
  }
  return blocks.map((block, at) =>
    inputs[at] === undefined ? block : { ...block, input: JSON.parse(inputs[at]) },
  )
}

const body = (said: Fields) => ({ body: JSON.stringify(said) })

/** In pieces their usage comes only where it is asked for. */
const counted = (stream: boolean) => ({
  stream,
  ...(stream && { stream_options: { include_usage: true } }),
})

export const conversing: readonly Conversing[] = [
  {
    name: 'POST /v1/chat/completions',
    ask: ({ model, turns, stream, more }) => ({
      resource: '/v1/chat/completions',
      ...body({ model, messages: turns, max_tokens: 2_048, ...counted(stream), ...more }),
    }),
    user: (text) => ({ role: 'user', content: text }),
    result: ({ id }, text) => ({ role: 'tool', tool_call_id: id, content: text }),
    tools: { tools: [{ type: 'function', function: { ...named, parameters: schema } }] },
    thinking: { reasoning_effort: 'low' },
    read: readChat,
  },
  {
    name: 'POST /v1/responses',
    ask: ({ model, turns, stream, more }) => ({
      resource: '/v1/responses',
      ...body({ model, input: turns, max_output_tokens: 2_048, stream, store: false, ...more }),
    }),
    user: (text) => ({ role: 'user', content: text }),
    result: ({ id }, output) => ({ type: 'function_call_output', call_id: id, output }),
    tools: { tools: [{ type: 'function', ...named, parameters: schema, strict: true }] },
    thinking: { reasoning: { effort: 'low' }, include: ['reasoning.encrypted_content'] },
    read: readResponses,
  },
  {
    name: 'POST /v1/messages',
    ask: ({ model, turns, stream, more }) => ({
      resource: '/v1/messages',
      ...body({ model, max_tokens: 2_048, messages: turns, stream, ...more }),
    }),
    user: (text) => ({ role: 'user', content: text }),
    result: ({ id }, text) => ({
      role: 'user',
      content: [{ type: 'tool_result', tool_use_id: id, content: text }],
    }),
    tools: { tools: [{ ...named, input_schema: schema }] },
    thinking: { thinking: { type: 'enabled', budget_tokens: 1_024 } },
    read: readMessages,
  },
]

/** By the name of a way of asking. */
export const readers: Readonly<Record<string, Conversing['read']>> = {
  'POST /bedrock': readQuestion,
  'POST /bedrock/{model}': readChat,
  ...Object.fromEntries(conversing.map(({ name, read }) => [name, read])),
}
