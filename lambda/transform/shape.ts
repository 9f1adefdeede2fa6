/** Whether what an operator's function gave back is what its type says: the first place that is not. */

/** The place that is wrong; nothing where all is well. */
type Form = (value: unknown, path: string) => string | undefined

const such =
  (holds: (value: unknown) => boolean): Form =>
  (value, path) =>
    holds(value) ? undefined : path

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** Half of a surrogate pair is no text: it has no UTF-8. */
const text = such((value) => typeof value === 'string' && value.isWellFormed())
const flag = such((value) => typeof value === 'boolean')
const number = such((value) => typeof value === 'number' && Number.isFinite(value))
const bound = such((value) => Number.isSafeInteger(value) && Number(value) >= 1)
const oneOf = (...values: readonly string[]): Form =>
  such((value) => typeof value === 'string' && values.includes(value))

const maybe =
  (form: Form): Form =>
  (value, path) =>
    value === undefined ? undefined : form(value, path)

/** Of the first that has one. */
function firstWrong<T>(
  items: readonly T[],
  look: (item: T, index: number) => string | undefined,
): string | undefined {
  for (const [index, item] of items.entries()) {
    const wrong = look(item, index)
    if (wrong !== undefined) return wrong
  }
  return undefined
}

const listOf =
  (form: Form, least = 0): Form =>
  (value, path) => {
    if (!Array.isArray(value) || value.length < least) return path
    return firstWrong(value, (each, index) => form(each, `${path}[${index}]`))
  }

const fields =
  (forms: Readonly<Record<string, Form>>): Form =>
  (value, path) => {
    if (!isObject(value)) return path
    const at = (name: string) => (path === '' ? name : `${path}.${name}`)
    return firstWrong(Object.entries(forms), ([name, form]) => form(value[name], at(name)))
  }

/** `by`: the field that tells which of them it is. */
const either =
  (by: string, forms: Readonly<Record<string, Form>>): Form =>
  (value, path) => {
    const kind = isObject(value) ? value[by] : undefined
    const form = typeof kind === 'string' && Object.hasOwn(forms, kind) ? forms[kind] : undefined
    return form === undefined ? path : form(value, path)
  }

const json: Form = (value, path) => {
  if (Array.isArray(value)) return firstWrong(value, (each) => json(each, path))
  if (isObject(value)) return firstWrong(Object.values(value), (each) => maybe(json)(each, path))
  const isScalar = value === null || typeof value === 'boolean' || Number.isFinite(value)
  return isScalar ? undefined : text(value, path)
}

const jsonObject: Form = (value, path) => (isObject(value) ? json(value, path) : path)

const nothingMore: Form = () => undefined
const words = fields({ text })
const image = fields({ mediaType: text, data: text })
const document = fields({ mediaType: text, data: text, name: maybe(text) })
const thinking = fields({ text, signature: maybe(text) })
const sealed = fields({ data: text })
const toolCall = fields({ id: text, name: text, input: jsonObject })
const toolResult = fields({
  callId: text,
  failed: flag,
  content: listOf(either('type', { text: words, image, document })),
})

const said = {
  text: words,
  thinking,
  'redacted-thinking': sealed,
  'tool-call': toolCall,
} as const

const holding = (blocks: Readonly<Record<string, Form>>): Form =>
  fields({ content: listOf(either('type', blocks)) })

const message = either('role', {
  system: holding({ text: words }),
  user: holding({ text: words, image, document, 'tool-result': toolResult }),
  assistant: holding(said),
})

export const requestForm = fields({
  messages: listOf(message, 1),
  tools: listOf(fields({ name: text, description: maybe(text), input: jsonObject })),
  toolChoice: maybe(
    either('type', {
      auto: nothingMore,
      none: nothingMore,
      any: nothingMore,
      tool: fields({ name: text }),
    }),
  ),
  maxTokens: maybe(bound),
  sampling: fields({
    ...{
      temperature: maybe(number),
      topP: maybe(number),
      topK: maybe(number),
      seed: maybe(number),
    },
    stop: maybe(listOf(text)),
  }),
  parallelTools: maybe(flag),
  thinking: maybe(
    either('type', {
      off: nothingMore,
      budget: fields({ tokens: bound }),
      adaptive: fields({ effort: maybe(oneOf('low', 'medium', 'high', 'xhigh', 'max')) }),
    }),
  ),
  output: maybe(
    either('type', {
      json: nothingMore,
      'json-schema': fields({ name: text, description: maybe(text), schema: jsonObject }),
    }),
  ),
  serviceTier: maybe(oneOf('default', 'priority', 'flex')),
  latency: maybe(oneOf('optimized')),
  betas: maybe(listOf(text)),
})

export const replyForm = fields({
  content: listOf(either('type', said)),
  stop: either('reason', {
    ...{ end: nothingMore, length: nothingMore, 'tool-calls': nothingMore },
    ...{ filtered: nothingMore, refused: nothingMore },
    sequence: fields({ sequence: maybe(text) }),
    other: fields({ detail: text }),
  }),
})
