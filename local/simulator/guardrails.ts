/** Guardrails that a simulated region has, each of which blocks texts by their words. */
import type { Told } from './answer.ts'
import type { ConverseBody } from './converse-types.ts'
import { invalid } from './exceptions.ts'
import type { RecordedRequest } from './requests.ts'

export type SimulatedGuardrail = {
  /** Besides `DRAFT`, which each has. */
  readonly versions?: readonly string[]
  /** Whatever their case; of prompts, and of answers. */
  readonly blocks: { readonly input?: readonly string[]; readonly output?: readonly string[] }
  /** What is said in place of what was blocked. */
  readonly messages?: { readonly input: string; readonly output: string }
}

/** By id. */
export type Guardrails = Readonly<Record<string, SimulatedGuardrail>>

/** AWS, CreateGuardrail in its console: the usual words of both. */
const usual = 'Sorry, the model cannot answer this question.'
const usualMessages = { input: usual, output: usual }

export type Verdict = {
  readonly where: 'input' | 'output'
  readonly word: string
  readonly message: string
}

export type Judge = {
  readonly id: string
  /** Whether the answer tells what was found. */
  readonly traces: boolean
  readonly judge: (where: Verdict['where'], text: string) => Verdict | undefined
}

type Asked = {
  readonly id?: string | undefined
  readonly version?: string | undefined
  readonly trace?: string | undefined
}

const forms = {
  id: /^([a-z0-9]+|arn:aws[a-z-]*:bedrock:[a-z0-9-]{1,20}:\d{12}:guardrail\/[a-z0-9]+)$/,
  trace: /^(enabled|disabled|enabled_full)$/i,
}

/** What the request asks to be judged by; throws what Bedrock answers where that cannot be. */
export function judgeOf(
  recorded: RecordedRequest,
  guardrails: Guardrails,
  region: string,
): Judge | undefined {
  const { id, version, trace = 'disabled' } = askedBy(recorded)
  if (!forms.trace.test(trace)) throw invalid(`The trace '${trace}' is not known.`)
  if (id === undefined && version === undefined) return undefined
  if (id === undefined || version === undefined) {
    throw invalid('A guardrail needs both an identifier and a version.')
  }
  if (!forms.id.test(id)) throw invalid('The provided guardrail identifier is invalid.')
  const guardrail = found(id, guardrails, region)
  const versions = ['DRAFT', ...(guardrail?.versions ?? [])]
  if (guardrail === undefined || !versions.includes(version)) {
    throw invalid('The guardrail identifier or version provided in the request does not exist.')
  }
  const { blocks, messages = usualMessages } = guardrail
  return {
    id: nameOf(id),
    traces: !/^disabled$/i.test(trace),
    judge(where, text) {
      const plain = text.toLowerCase()
      const word = blocks[where]?.find((each) => plain.includes(each.toLowerCase()))
      return word === undefined ? undefined : { where, word, message: messages[where] }
    },
  }
}

const nameOf = (id: string): string => id.split('/').at(-1) ?? id

function found(id: string, guardrails: Guardrails, region: string): SimulatedGuardrail | undefined {
  if (id.startsWith('arn:') && id.split(':')[3] !== region) return undefined
  const name = nameOf(id)
  return Object.hasOwn(guardrails, name) ? guardrails[name] : undefined
}

/** The form of Converse's field is looked at with the rest of its body. */
function askedBy({ operation, headers, body }: RecordedRequest): Asked {
  switch (operation) {
    case 'Converse':
    case 'ConverseStream': {
      const { guardrailConfig = {} } = Object(body) as ConverseBody
      const { guardrailIdentifier: id, guardrailVersion: version, trace } = Object(guardrailConfig)
      const whole = typeof id === 'string' && typeof version === 'string'
      return whole ? { id, version, ...(typeof trace === 'string' && { trace }) } : {}
    }
    case 'InvokeModel':
    case 'InvokeModelWithResponseStream': {
      const id = headers['x-amzn-bedrock-guardrailidentifier']
      if (id === undefined && Object.hasOwn(Object(body), tagsField)) {
        throw invalid(`A guardrail identifier is needed where the body has ${tagsField}.`)
      }
      const version = headers['x-amzn-bedrock-guardrailversion']
      return { id, version, trace: headers['x-amzn-bedrock-trace'] }
    }
    case 'CountTokens':
      return {}
  }
}

/** Of any body for InvokeModel: which part of it is judged. */
const tagsField = 'amazon-bedrock-guardrailConfig'

/** The model's own body, and what its guardrail is asked to look at alone. */
export function withoutTags(body: unknown): { readonly body: unknown; readonly suffix?: string } {
  if (typeof body !== 'object' || body === null || !Object.hasOwn(body, tagsField)) return { body }
  const { [tagsField]: config, ...own } = body as Readonly<Record<string, unknown>>
  const { tagSuffix } = Object(config) as { tagSuffix?: unknown }
  return { body: own, ...(typeof tagSuffix === 'string' && { suffix: tagSuffix }) }
}

/** AWS, "Apply tags to user input": with a suffix, what is tagged by it and nothing else. */
export function judgedText(text: string, suffix: string | undefined): string {
  if (suffix === undefined) return text
  const tag = `amazon-bedrock-guardrails-guardContent_${suffix}`
  const [, ...tagged] = text.split(`<${tag}>`)
  return tagged.map((each) => each.split(`</${tag}>`)[0] ?? '').join('\n')
}

/**
 * AWS, "Include a guardrail with the Converse API": of messages all text, or `guardContent` alone
 * where there is any; of the system that alone; no tool, and nothing a tool said.
 */
export function judgedConversation({ messages = [], system = [] }: ConverseBody): string {
  const blocks = messages.flatMap(({ content }) => content)
  const marked = (all: typeof blocks) =>
    all.flatMap(({ guardContent }) => guardContent?.text?.text ?? [])
  const chosen = marked(blocks)
  const judged = chosen.length > 0 ? chosen : blocks.flatMap(({ text }) => text ?? [])
  return [...marked([...system]), ...judged].join('\n')
}

const nothing = { input: 0, cacheRead: 0, cacheWrite5m: 0, cacheWrite1h: 0, output: 0 }

export type Judged = { readonly told: Told; readonly verdict?: Verdict }

/** A blocked prompt reaches no model, and no model is paid for; a blocked answer was given. */
export function underJudge(
  { judge }: Judge,
  text: string,
  tell: () => Told,
  about: Pick<Told, 'model' | 'stopWord'>,
): Judged {
  const blocked = judge('input', text)
  if (blocked !== undefined) {
    const { message } = blocked
    const said = { id: '0'.repeat(24), text: message, calls: [], ending: 'end' } as const
    return { told: { ...about, ...said, usage: nothing, prefixes: [] }, verdict: blocked }
  }
  const { thinking, redacted, sequence, ...told } = tell()
  const verdict = judge('output', told.text)
  if (verdict === undefined) return { told: tell() }
  const said = { text: verdict.message, calls: [], ending: 'end' } as const
  return { told: { ...told, ...about, ...said }, verdict }
}

const assessment = ({ word }: Verdict) => ({
  wordPolicy: { customWords: [{ match: word, action: 'BLOCKED', detected: true }] },
})

/** AWS, InvokeModel: beside the family's own fields; of a stream in its last chunk. */
export function besideAnswer({ id, traces }: Judge, verdict: Verdict | undefined) {
  const said = verdict && { [id]: assessment(verdict) }
  const guardrail =
    said === undefined ? {} : verdict?.where === 'input' ? { input: said } : { outputs: [said] }
  return {
    'amazon-bedrock-guardrailAction': verdict === undefined ? 'NONE' : 'INTERVENED',
    ...(traces && { 'amazon-bedrock-trace': { guardrail } }),
  }
}

/** AWS, GuardrailTraceAssessment. */
export function converseTrace({ id, traces }: Judge, verdict: Verdict | undefined) {
  if (!traces) return {}
  if (verdict === undefined) return { trace: { guardrail: {} } }
  const said = assessment(verdict)
  const guardrail =
    verdict.where === 'input'
      ? { inputAssessment: { [id]: said } }
      : { outputAssessments: { [id]: [said] } }
  return { trace: { guardrail } }
}
