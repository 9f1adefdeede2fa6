/** What the simulator says: a plain account of what arrived, cut where the request says so. */
import { createHash } from 'node:crypto'
import type { Model } from '../../lambda/core/model.ts'
import { exampleOf } from './examples.ts'
import { type Mark, markIn } from './marks.ts'
import { countInput, firstTokens, type InputUsage, type Part, tokensOf } from './tokens.ts'

export type Turn = { readonly role: 'user' | 'assistant'; readonly text: string }
export type OfferedTool = { readonly name: string; readonly schema: unknown }

/** What a family understood of a body. */
export type Asked = {
  readonly system: string
  readonly turns: readonly Turn[]
  /** All the model reads, in order, for counting. */
  readonly parts: readonly Part[]
  readonly settings: Readonly<Record<string, number | string | undefined>>
  /** Whatever else arrived: `1 image`, `tools: get_weather`. */
  readonly given: readonly string[]
  /** Each thing that is not text: `image/png image of 2 bytes`, `tool get_weather said: 18 C`. */
  readonly received?: readonly string[]
  readonly maxTokens: number
  readonly stop: readonly string[]
  readonly thinking: 'never' | 'if-marked' | 'hidden' | 'shown'
  readonly tools: readonly OfferedTool[]
  /** Not several calls in one answer. */
  readonly oneCall?: boolean | undefined
  /** A tool that must be called. */
  readonly forcedTool?: OfferedTool | undefined
  /** JSON Schema the answer has to keep to. */
  readonly answerSchema?: unknown
}

export type Ending =
  | 'end'
  | 'length'
  | 'sequence'
  | 'tool-call'
  | 'refusal'
  | 'filtered'
  | 'pause'
  | 'context-window'

export type ToldCall = { readonly id: string; readonly name: string; readonly input: unknown }

export type Told = {
  readonly model: Model
  /** Made from the body, so that the same question has the same id. */
  readonly id: string
  readonly thinking?: { readonly text: string; readonly signature: string }
  readonly redacted?: string
  readonly text: string
  readonly calls: readonly ToldCall[]
  readonly ending: Ending
  /** Ending in the family's own word. */
  readonly stopWord: string
  readonly sequence?: string
  readonly usage: InputUsage & { readonly output: number }
  /** What the prompt cache keeps of this question. */
  readonly prefixes: readonly string[]
}

type Endings = Partial<Readonly<Record<Ending, string>>>

/** What a marked answer says instead, where its ending has words of its own. */
const endingTexts: Partial<Readonly<Record<Ending, string>>> = {
  refusal: '',
  filtered: 'Sorry - this model is unable to respond to this request.',
}

/** `remembered`: the prompt cache's prefixes. */
export function tell(
  asked: Asked,
  model: Model,
  endings: Endings,
  remembered: ReadonlySet<string>,
): Told {
  const question = lastQuestion(asked)
  const mark = markIn(question)
  const id = createHash('sha256').update(JSON.stringify(asked)).digest('hex').slice(0, 24)
  const markedEnding = markedAs(mark, endings)
  const thinking = thoughts(asked, mark, question, id)
  const left = asked.maxTokens - tokensOf(thinking?.text ?? '')
  const calls = markedEnding === undefined ? toolCalls(asked, mark, id) : []
  const wished = markedEnding === undefined ? undefined : endingTexts[markedEnding]
  const said = cut(wished ?? wording(asked, model, mark, calls.length > 0), left, asked.stop)
  const ending = markedEnding ?? (calls.length === 0 ? said.ending : 'tool-call')
  const inputs = calls.map(({ input }) => JSON.stringify(input))
  const generated = [thinking?.text ?? '', said.text, ...inputs]
  const input = countInput(asked.parts, model.id, remembered)
  const output = generated.reduce((sum, text) => sum + tokensOf(text), 0)
  return {
    model,
    id,
    ...(thinking !== undefined && { thinking }),
    ...(mark?.name === 'redacted' && { redacted: Buffer.from(id).toString('base64') }),
    text: said.text,
    calls,
    ending,
    stopWord: endings[ending] ?? endings.end ?? ending,
    ...(said.sequence !== undefined && { sequence: said.sequence }),
    usage: { ...input.usage, output },
    prefixes: input.prefixes,
  }
}

const lastQuestion = ({ turns }: Asked) => turns.findLast(({ role }) => role === 'user')?.text ?? ''

function markedAs(mark: Mark | undefined, endings: Endings): Ending | undefined {
  return mark !== undefined && Object.hasOwn(endings, mark.name) && mark.name !== 'tool-call'
    ? (mark.name as Ending)
    : undefined
}

function thoughts(asked: Asked, mark: Mark | undefined, question: string, id: string) {
  const marked = asked.thinking === 'if-marked' && mark?.name === 'thinking'
  if (!marked && asked.thinking !== 'shown' && asked.thinking !== 'hidden') return undefined
  const text = `Simulated thinking about "${shortened(question)}".`
  const signature = Buffer.from(`simulated signature ${id}`).toString('base64')
  return {
    text: asked.thinking === 'hidden' ? '' : firstTokens(text, asked.maxTokens),
    signature,
  }
}

/** Several calls go round the tools in turn; a forced tool is called alone. */
function toolCalls(asked: Asked, mark: Mark | undefined, id: string): readonly ToldCall[] {
  const { forcedTool, tools, oneCall = false } = asked
  const wished = mark?.name === 'tool-calls' ? mark.count : mark?.name === 'tool-call' ? 1 : 0
  const count = oneCall ? Math.min(1, wished) : wished
  const called = forcedTool === undefined ? cycled(tools, count) : [forcedTool]
  return called.map(({ name, schema }, index) => ({
    id: index === 0 ? id : `${id}${index}`,
    name,
    input: inputOf(schema),
  }))
}

/** What a tool is called with is an object, whatever its schema would let through besides. */
function inputOf(schema: unknown): object {
  const example = exampleOf(schema)
  const isObject = typeof example === 'object' && example !== null && !Array.isArray(example)
  return isObject ? example : {}
}

const cycled = <T>(items: readonly T[], count: number): readonly T[] =>
  Array.from(
    { length: items.length === 0 ? 0 : count },
    (_, index) => items[index % items.length],
  ).flatMap((item) => (item === undefined ? [] : [item]))

function wording(asked: Asked, model: Model, mark: Mark | undefined, calls: boolean): string {
  if (mark?.name === 'say') return mark.rest
  if (mark?.name === 'words') return Array.from({ length: mark.count }, numbered).join(' ')
  if (mark?.name === 'empty' || (calls && asked.forcedTool !== undefined)) return ''
  if (asked.answerSchema !== undefined) return JSON.stringify(exampleOf(asked.answerSchema))
  return account(asked, model)
}

const numbered = (_: unknown, index: number) => `word${index + 1}`

function account(asked: Asked, model: Model): string {
  const { turns, system, given, settings, received = [] } = asked
  const asking = turns.findLastIndex(({ role }) => role === 'user')
  const begun = turns.slice(asking + 1).map(({ text }) => text)
  const set = Object.entries(settings).filter(([, value]) => value !== undefined)
  return [
    `[simulated ${model.id}]`,
    `You asked: "${shortened(lastQuestion(asked))}".`,
    ...(system === '' ? [] : [`System: "${shortened(system)}".`]),
    `Turns before: ${Math.max(asking, 0)}.`,
    ...begun.map((text) => `Begun: "${shortened(text)}".`),
    ...(given.length === 0 ? [] : [`Given: ${given.join('; ')}.`]),
    set.map(([name, value]) => `${name}=${value}`).join(' '),
    ...(received.length === 0 ? [] : [`Received: ${received.map(shortened).join('; ')}.`]),
  ].join(' ')
}

/** Beginning and end of a long text, so that both can be seen to have arrived. */
function shortened(text: string): string {
  if (text.length <= 400) return text
  return `${text.slice(0, 200)} … ${text.slice(-200)}`.toWellFormed()
}

function cut(text: string, maxTokens: number, stop: readonly string[]) {
  const found = stop
    .map((sequence) => ({ sequence, at: text.indexOf(sequence) }))
    .filter(({ at, sequence }) => at >= 0 && sequence !== '')
    .sort((one, other) => one.at - other.at)[0]
  const upToStop = found === undefined ? text : text.slice(0, found.at)
  const fitting = firstTokens(upToStop, Math.max(0, maxTokens))
  if (fitting.length < upToStop.length) return { text: fitting, ending: 'length' as const }
  if (found === undefined) return { text, ending: 'end' as const }
  return { text: upToStop, ending: 'sequence' as const, sequence: found.sequence }
}
