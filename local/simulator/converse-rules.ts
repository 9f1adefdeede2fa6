/** What Converse asks of any request beyond its shape, whichever model it is for. */
import type { ConverseBlock, ConverseBody } from './converse-types.ts'
import type { Rule } from './family.ts'
import { novaRules } from './nova-rules.ts'
import { metadataProblem } from './request-metadata.ts'

type PlacedBlock = { readonly block: ConverseBlock; readonly role: string; readonly place: string }

export const blocksOf = ({ messages = [] }: ConverseBody): readonly PlacedBlock[] =>
  messages.flatMap(({ role, content }, at) =>
    content.map((block, index) => ({ block, role, place: `messages.${at}.content.${index}` })),
  )

const contentGiven: Rule = ({ messages = [] }: ConverseBody) =>
  messages
    .map(({ content }, at) => ({ at, isEmpty: content.length === 0 }))
    .filter(({ isEmpty }) => isEmpty)
    .map(
      ({ at }) =>
        `The content field in the Message object at messages.${at} is empty. Add a ContentBlock object to the content field and try again.`,
    )[0]

/** The rules of a conversation are the same as in Nova's own body, which took them from here. */
const conversation = novaRules.map(
  (rule): Rule =>
    (body: ConverseBody, model, way) =>
      rule({ ...body, messages: body.messages ?? [] } as never, model, way),
)

const blankSystem: Rule = ({ system = [] }: ConverseBody) =>
  system
    .map(({ text }, at) => ({ text, at }))
    .filter(({ text }) => text?.trim() === '')
    .map(
      ({ at }) =>
        `The text field in the SystemContentBlock object at system.${at} is blank. Add text to the text field, and try again.`,
    )[0]

const mediaFromUser: Rule = (body: ConverseBody) =>
  blocksOf(body)
    .filter(({ block, role }) => role !== 'user' && (block.image ?? block.document ?? block.video))
    .map(
      ({ place }) => `${place}: images, documents and videos are only allowed in user messages.`,
    )[0]

const reasoningFromAssistant: Rule = (body: ConverseBody) =>
  blocksOf(body).some(({ block, role }) => role === 'user' && block.reasoningContent)
    ? 'User messages cannot contain reasoning content. Please remove the reasoning content and try again.'
    : undefined

const callsAndResultsInPlace: Rule = (body: ConverseBody) =>
  blocksOf(body)
    .filter(({ block, role }) => (role === 'user' ? block.toolUse : block.toolResult) !== undefined)
    .map(({ place, role, block }) =>
      block.toolUse === undefined
        ? `${place}: toolResult blocks are only allowed in user messages, not in ${role} messages.`
        : `${place}: toolUse blocks are only allowed in assistant messages, not in ${role} messages.`,
    )[0]

const callInputIsObject: Rule = (body: ConverseBody) =>
  blocksOf(body)
    .filter(({ block }) => block.toolUse !== undefined && !isObject(block.toolUse.input))
    .map(
      ({ place }) =>
        `The format of the value at ${place}.toolUse.input is invalid. Provide a json object for the field and try again.`,
    )[0]

const resultJsonIsObject: Rule = (body: ConverseBody) =>
  blocksOf(body)
    .flatMap(({ block, place }) =>
      (block.toolResult?.content ?? []).map((part, index) => ({ part, place, index })),
    )
    .filter(({ part }) => part.json !== undefined && !isObject(part.json))
    .map(
      ({ place, index }) =>
        `The format of the value at ${place}.toolResult.content.${index}.json is invalid. Provide a json object for the field and try again.`,
    )[0]

const isObject = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const documentName = /^(?!.*\s\s)[a-zA-Z0-9\s\-()[\]]+$/
const mostDocuments = 5
const mostDocumentBytes = 4.5 * 1024 * 1024

const documentsAllowed: Rule = (body: ConverseBody) => {
  const messages = body.messages ?? []
  const documents = blocksOf(body).flatMap(({ block, place }) => [
    ...(block.document === undefined ? [] : [{ document: block.document, place }]),
    ...(block.toolResult?.content ?? []).flatMap(({ document }) =>
      document === undefined ? [] : [{ document, place }],
    ),
  ])
  if (documents.length > mostDocuments) {
    return `The number of documents exceeds the limit of ${mostDocuments}: ${documents.length}.`
  }
  for (const { document, place } of documents) {
    const { name, format, source } = document
    if (!documentName.test(name)) {
      return `The document file name at ${place} can only contain alphanumeric characters, whitespace characters, hyphens, parentheses, and square brackets. The name can't contain more than one consecutive whitespace character.`
    }
    if (source.bytes !== undefined && format === undefined) {
      return `The format field of the document at ${place} is required with bytes.`
    }
    if (format !== 'pdf' && Buffer.byteLength(source.bytes ?? '', 'base64') > mostDocumentBytes) {
      return `The document at ${place} is too large. The maximum size is 4.5 MB.`
    }
  }
  const alone = messages.findIndex(
    ({ content }) =>
      content.some(({ document }) => document !== undefined) &&
      content.every(({ text }) => text === undefined),
  )
  return alone < 0
    ? undefined
    : `The content field in the Message object at messages.${alone} contains a document but no text. Add a text block to the content field and try again.`
}

const cachePointsInOrder: Rule = (body: ConverseBody) => {
  const { toolConfig, system = [], messages = [] } = body
  const all = [...(toolConfig?.tools ?? []), ...system, ...messages.flatMap((each) => each.content)]
  const points = all.flatMap(({ cachePoint }) => cachePoint ?? [])
  const firstShort = points.findIndex(({ ttl }) => ttl !== '1h')
  const isLate = firstShort >= 0 && points.slice(firstShort).some(({ ttl }) => ttl === '1h')
  if (isLate) {
    return 'A cachePoint with ttl 1h must not come after a cachePoint with ttl 5m. Blocks are processed in the following order: toolConfig, system, messages.'
  }
  const lists = [toolConfig?.tools, system, ...messages.map(({ content }) => content)]
  return lists.some((blocks) => blocks?.[0] !== undefined && 'cachePoint' in blocks[0])
    ? 'A cachePoint block must come after the content it marks.'
    : undefined
}

const toolsUnique: Rule = ({ toolConfig }: ConverseBody) => {
  const names = (toolConfig?.tools ?? []).flatMap(({ toolSpec }) => toolSpec?.name ?? [])
  const twice = names.find((name, at) => names.indexOf(name) !== at)
  return twice === undefined ? undefined : `The tool ${twice} is defined more than once.`
}

const toolSchemas: Rule = ({ toolConfig }: ConverseBody) =>
  (toolConfig?.tools ?? [])
    .map(({ toolSpec }, at) => ({ at, json: toolSpec?.inputSchema.json as { type?: unknown } }))
    .filter(({ json }) => json !== undefined && json.type !== 'object')
    .map(
      ({ at }) =>
        `The value at toolConfig.tools.${at}.toolSpec.inputSchema.json.type must be one of the following: object.`,
    )[0]

const metadataPlain: Rule = ({ requestMetadata = {} }: ConverseBody) =>
  metadataProblem(requestMetadata)

const guardrailWhole: Rule = ({ guardrailConfig: guardrail }: ConverseBody) =>
  guardrail !== undefined &&
  (guardrail.guardrailIdentifier === undefined || guardrail.guardrailVersion === undefined)
    ? 'guardrailConfig needs both guardrailIdentifier and guardrailVersion.'
    : undefined

const schemaIsJson: Rule = ({ outputConfig }: ConverseBody) => {
  const schema = outputConfig?.textFormat?.structure.jsonSchema.schema
  return schema === undefined || isObject(parsedJson(schema))
    ? undefined
    : 'outputConfig.textFormat.structure.jsonSchema.schema must be a JSON schema as a string.'
}

export function parsedJson(json: string): unknown {
  try {
    return JSON.parse(json)
  } catch {
    return undefined
  }
}

const promptsAreManaged: Rule = ({ promptVariables }: ConverseBody) =>
  promptVariables === undefined
    ? undefined
    : 'promptVariables are only allowed with a prompt from Prompt management as modelId.'

export const converseRules: readonly Rule[] = [
  contentGiven,
  ...conversation,
  blankSystem,
  mediaFromUser,
  reasoningFromAssistant,
  callsAndResultsInPlace,
  callInputIsObject,
  resultJsonIsObject,
  documentsAllowed,
  cachePointsInOrder,
  toolsUnique,
  toolSchemas,
  metadataPlain,
  guardrailWhole,
  schemaIsJson,
  promptsAreManaged,
]
