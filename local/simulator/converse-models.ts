/** What Converse refuses because of the model it is for. */
import type { Model } from '../../lambda/core/model.ts'
import { outputConfigShape, thinkingShape } from './claude-messages-body.ts'
import { betasKnown, oneSampler, thinkingPossible } from './claude-messages-rules.ts'
import { blocksOf } from './converse-rules.ts'
import type { ConverseBody } from './converse-types.ts'
import { BedrockException } from './exceptions.ts'
import type { Rule } from './family.ts'
import { type Fields, fieldIf, optional, phrase, type Shape, violations } from './shapes.ts'
import { malformed, pydanticWording, schemaWording } from './wordings.ts'

export const isClaude = ({ id }: Model): boolean => id.startsWith('anthropic.')
export const isNova = ({ id }: Model): boolean => id.startsWith('amazon.nova')

/** AWS, "Supported models and model features": tool use, but not in streaming. */
const callsOnlyWhole = ({ id }: Model): boolean => id.startsWith('meta.llama')
/** Seen of Llama and Mistral's models: results of tools must stand alone in their turn. */
const resultsStandAlone = ({ id }: Model): boolean => /^(meta|mistral)\./.test(id)

const fromModel = (message: string) => `The model returned the following errors: ${message}`
const noField = (field: string) =>
  `This model doesn't support the ${field} field. Remove ${field} and try again.`

type Doubt = (body: ConverseBody, model: Model) => boolean
type Need = readonly [message: string, asked: Doubt, met: Doubt]

const hasMedia = (kind: 'image' | 'document' | 'video') => (body: ConverseBody) =>
  blocksOf(body).some(
    ({ block }) =>
      block[kind] !== undefined ||
      (block.toolResult?.content ?? []).some((part) => part[kind] !== undefined),
  )

const needs: readonly Need[] = [
  [
    "This model doesn't support system messages. Try again without a system message or use a model that supports system messages.",
    ({ system = [] }) => system.length > 0,
    (_, { accepts }) => accepts.system,
  ],
  [
    "This model doesn't support tool use.",
    ({ toolConfig }) => toolConfig !== undefined,
    (_, { accepts }) => accepts.tools,
  ],
  [
    noField('toolConfig.toolChoice.any'),
    ({ toolConfig }) => toolConfig?.toolChoice?.any !== undefined,
    (_, { accepts }) => accepts.forcedTools,
  ],
  [
    noField('toolConfig.toolChoice.tool'),
    ({ toolConfig }) => toolConfig?.toolChoice?.tool !== undefined,
    (_, { accepts }) => accepts.forcedTools,
  ],
  [noField('image'), hasMedia('image'), (_, { accepts }) => accepts.images],
  [noField('document'), hasMedia('document'), (_, { accepts }) => accepts.documents],
  [noField('video'), hasMedia('video'), (_, model) => isNova(model)],
  [
    noField('reasoningContent'),
    (body) => blocksOf(body).some(({ block }) => block.reasoningContent !== undefined),
    (_, { accepts }) => accepts.thinking !== 'no',
  ],
  [
    noField('temperature'),
    ({ inferenceConfig }) => inferenceConfig?.temperature !== undefined,
    (_, { accepts }) => accepts.temperature !== undefined,
  ],
  [
    noField('topP'),
    ({ inferenceConfig }) => inferenceConfig?.topP !== undefined,
    (_, { accepts }) => accepts.topP !== undefined,
  ],
  [
    noField('stopSequences'),
    ({ inferenceConfig }) => (inferenceConfig?.stopSequences?.length ?? 0) > 0,
    (_, { accepts }) => accepts.stopSequences > 0,
  ],
  [
    noField('outputConfig.effort'),
    ({ outputConfig }) => outputConfig?.effort !== undefined,
    (_, { accepts }) => accepts.thinking !== 'no',
  ],
  [
    noField('outputConfig.textFormat'),
    ({ outputConfig }) => outputConfig?.textFormat !== undefined,
    (_, { accepts }) => accepts.jsonSchema === 'native',
  ],
  [
    fromModel(
      'This model does not support assistant message prefill. The conversation must end with a user message.',
    ),
    ({ messages = [] }) => messages.at(-1)?.role === 'assistant',
    (_, { accepts }) => accepts.prefill,
  ],
]

const needsMet: Rule = (body: ConverseBody, model) =>
  needs.find(([, asked, met]) => asked(body, model) && !met(body, model))?.[0]

const withinLimits: Rule = ({ inferenceConfig }: ConverseBody, { limits, accepts }) => {
  const { maxTokens = 1, stopSequences = [] } = inferenceConfig ?? {}
  if (maxTokens > limits.output) {
    return `The maximum tokens you requested exceeds the model limit of ${limits.output}. Try again with a maximum tokens value that is lower than ${limits.output}.`
  }
  return stopSequences.length > accepts.stopSequences
    ? `The number of stop sequences exceeds the model limit of ${accepts.stopSequences}.`
    : undefined
}

const toolsMayStream: Rule = ({ toolConfig }: ConverseBody, model, { streams }) =>
  toolConfig !== undefined && streams && callsOnlyWhole(model)
    ? "This model doesn't support tool use in streaming mode."
    : undefined

const resultsAlone: Rule = ({ messages = [] }: ConverseBody, model) =>
  messages
    .map(({ content }, at) => ({
      at,
      results: content.filter(({ toolResult }) => toolResult !== undefined).length,
      all: content.length,
    }))
    .filter(({ results, all }) => resultsStandAlone(model) && results > 0 && results < all)
    .map(
      ({ at }) =>
        `messages.${at}.content: Conversation blocks and tool result blocks cannot be provided in the same turn.`,
    )[0]

const thinkingSigned: Rule = (body: ConverseBody, model) =>
  blocksOf(body)
    .filter(({ block: { reasoningContent } }) => reasoningContent?.reasoningText !== undefined)
    .filter(({ block }) => block.reasoningContent?.reasoningText?.signature === undefined)
    .filter(() => isClaude(model))
    .map(({ place }) => fromModel(`${place}.thinking.signature: Field required`))[0]

/** The parts of Claude's own body that Converse has other words for, or none. */
const asClaude = ({
  inferenceConfig = {},
  toolConfig,
  additionalModelRequestFields = {},
}: ConverseBody) => ({
  ...additionalModelRequestFields,
  max_tokens: inferenceConfig.maxTokens ?? Infinity,
  temperature: inferenceConfig.temperature,
  top_p: inferenceConfig.topP,
  tool_choice: { type: Object.keys(toolConfig?.toolChoice ?? { auto: {} })[0] },
  messages: [],
})

const claudeFits: Rule = (body: ConverseBody, model, way) =>
  isClaude(model)
    ? [thinkingPossible, oneSampler, betasKnown]
        .map((rule) => rule(asClaude(body) as never, model, way))
        .filter((message) => message !== undefined)
        .map(fromModel)[0]
    : undefined

const additionalFits: Rule = ({ additionalModelRequestFields: given }: ConverseBody, model) => {
  if (given === undefined) return undefined
  const found = violations(given, { kind: 'object', ...additionalOf(model) })
  if (found.length === 0) return undefined
  return isClaude(model)
    ? fromModel(found.map((each) => phrase(each, pydanticWording))[0] ?? '')
    : malformed(found.map((each) => phrase(each, schemaWording)))
}

function additionalOf(model: Model): { readonly fields: Fields; readonly open?: true } {
  const { accepts } = model
  const topK: Shape = { kind: 'number', integer: true, ...accepts.topK }
  if (isClaude(model)) {
    return {
      fields: {
        ...fieldIf(accepts.topK, { top_k: optional(topK) }),
        ...fieldIf(accepts.thinking !== 'no', { thinking: thinkingShape(model) }),
        output_config: optional(outputConfigShape),
        anthropic_beta: optional({ kind: 'list', of: { kind: 'string', minLength: 1 } } as const),
        tool_choice: optional({ kind: 'object', fields: {}, open: true } as const),
      },
    }
  }
  if (isNova(model)) {
    const reasoning = fieldIf(accepts.thinking !== 'no', { reasoningConfig: novaReasoning })
    const sampling = fieldIf(accepts.topK, { topK: optional(topK) })
    const inferenceConfig: Shape = { kind: 'object', fields: { ...sampling, ...reasoning } }
    return { fields: { inferenceConfig: optional(inferenceConfig), ...reasoning } }
  }
  return hasOwnBody.includes(model.body.id) ? { fields: {} } : { fields: {}, open: true }
}

/** Bodies without a field that Converse does not have too. */
const hasOwnBody = ['titan-text', 'llama2', 'llama3', 'llama4']

const novaReasoning: Shape = {
  kind: 'object',
  optional: true,
  fields: {
    type: { kind: 'string', oneOf: ['enabled', 'disabled'] },
    maxReasoningEffort: { kind: 'string', oneOf: ['low', 'medium', 'high'], optional: true },
  },
}

export const modelRules: readonly Rule[] = [
  needsMet,
  toolsMayStream,
  withinLimits,
  resultsAlone,
  thinkingSigned,
  additionalFits,
  claudeFits,
]

/** Not a ValidationException, as everything else that is wrong with a request. */
export function checkCaching(body: ConverseBody, { accepts }: Model): void {
  const { toolConfig, system = [] } = body
  const all = [...(toolConfig?.tools ?? []), ...system, ...blocksOf(body).map((each) => each.block)]
  if (accepts.cachePoints || all.every((block) => !('cachePoint' in block))) return
  const message =
    'You invoked an unsupported model or your request did not allow prompt caching. See the documentation for more information.'
  throw new BedrockException('AccessDeniedException', message)
}
