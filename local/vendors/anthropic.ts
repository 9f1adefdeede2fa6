/**
 * Anthropic's own Messages API, as strict as its documentation: what it refuses, and what it answers.
 * Anthropic, "Messages", "Count Message tokens", "Errors", "Versions", "Beta headers", "Streaming
 * Messages". The body's rules are Claude's, which the simulator of Bedrock holds as well.
 */
import { createHash } from 'node:crypto'
import type { Model } from '../../lambda/core/model.ts'
import { modelByVendorName } from '../../lambda/models/index.ts'
import { tell } from '../simulator/answer.ts'
import { claudeMessages } from '../simulator/claude-messages.ts'
import { type ClaudeBody, claudeShape } from '../simulator/claude-messages-body.ts'
import type { Delivery } from '../simulator/delivery.ts'
import { type Fields, optional, phrase, type Shape, violations } from '../simulator/shapes.ts'
import { pydanticWording } from '../simulator/wordings.ts'
import {
  eventStream,
  json,
  Refused,
  serverEvent,
  startVendor,
  type VendorRequest,
  type VendorServer,
} from './vendor-server.ts'

export type AnthropicOptions = {
  readonly key: string
  /** By Anthropic's own names, `claude-haiku-4-5`; each must be in the catalogue. */
  readonly models: readonly string[]
  /** Besides those that the catalogue knows of each model. */
  readonly betas?: readonly string[]
}

type Body = ClaudeBody & { readonly model: string; readonly stream?: boolean }

const invalid = (message: string) => new Refused(400, 'invalid_request_error', message)

export function startAnthropic({
  key,
  models,
  betas = [],
}: AnthropicOptions): Promise<VendorServer> {
  const known = new Map(models.map((name) => [name, factsOf(name)]))
  const remembered = new Set<string>()

  function answer(request: VendorRequest): Delivery {
    checkCaller(request, key)
    const path = request.path.split('?')[0]
    const counts = path === '/v1/messages/count_tokens'
    if (path !== '/v1/messages' && !counts) {
      throw new Refused(404, 'not_found_error', 'Not found')
    }
    if (request.method !== 'POST') {
      throw new Refused(405, 'invalid_request_error', 'Method Not Allowed')
    }
    const model = modelOf(request.body, known)
    checkBetas(request, [...betas, ...model.accepts.betas])
    const body = checked(request.body, model, counts)
    const asked = claudeMessages.read(body as never, model)
    const length = asked.parts.reduce((sum, { tokens }) => sum + tokens, 0)
    if (counts) return json(200, { input_tokens: length }, requestId(request))
    if (length > model.limits.context) {
      throw invalid(claudeMessages.tooLong(length, model.limits.context))
    }
    const told = tell(asked, model, claudeMessages.endings, remembered)
    for (const prefix of told.prefixes) remembered.add(prefix)
    if (body.stream !== true) {
      return json(200, asAnthropic(claudeMessages.whole(told)), requestId(request))
    }
    const events = claudeMessages
      .stream(told)
      .map((chunk) => serverEvent(String(chunk.json.type), JSON.stringify(asAnthropic(chunk.json))))
    return eventStream(events)
  }

  return startVendor({
    answer,
    refusal: ({ name, message }) => ({
      type: 'error',
      error: { type: name, message },
      request_id: `req_${createHash('sha256').update(message).digest('hex').slice(0, 24)}`,
    }),
    failureEvent: (type, message) =>
      serverEvent('error', JSON.stringify({ type: 'error', error: { type, message } })),
    usual: { name: 'overloaded_error', message: 'Overloaded' },
  })
}

/** The catalogue's row, under the name that Anthropic has for the model. */
function factsOf(name: string): Model {
  const row = modelByVendorName.get(name)
  if (row === undefined || row.task === 'embed') {
    throw new Error(`The catalogue has no model that Anthropic calls '${name}'.`)
  }
  return { ...row, id: name }
}

const requestId = ({ body }: VendorRequest) => ({
  'request-id': `req_${createHash('sha256').update(JSON.stringify(body)).digest('hex').slice(0, 24)}`,
})

/** Anthropic, "Versions", and the one that its SDK sends from 1.11 on at least. */
const versions = ['2023-01-01', '2023-06-01', '2026-10-21']

/**
 * Who asks comes first, then in which version of the API, then what. Anthropic's documentation has
 * the key in `x-api-key`; its SDK sends it as a bearer's token.
 */
function checkCaller({ headers, body }: VendorRequest, key: string): void {
  const [, bearer] = /^Bearer (.+)$/.exec(headers.authorization ?? '') ?? []
  const given = headers['x-api-key'] ?? bearer
  if (given === undefined) {
    throw new Refused(401, 'authentication_error', 'x-api-key header is required')
  }
  if (given !== key) throw new Refused(401, 'authentication_error', 'invalid x-api-key')
  const version = headers['anthropic-version']
  if (version === undefined) throw invalid('anthropic-version: header is required')
  if (!versions.includes(String(version))) {
    throw invalid(`anthropic-version: "${version}" is not a valid version`)
  }
  if (!/^application\/json\s*(;|$)/i.test(headers['content-type'] ?? '')) {
    throw invalid('content-type: must be application/json')
  }
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    throw invalid('The request body is not valid JSON: expected an object')
  }
}

function modelOf(body: unknown, known: ReadonlyMap<string, Model>): Model {
  const { model } = body as { model?: unknown }
  if (model === undefined) throw invalid('model: Field required')
  if (typeof model !== 'string') throw invalid('model: Input should be a valid string')
  const facts = known.get(model)
  if (facts === undefined) throw new Refused(404, 'not_found_error', `model: ${model}`)
  return facts
}

function checkBetas({ headers }: VendorRequest, known: readonly string[]): void {
  const said = String(headers['anthropic-beta'] ?? '')
  const unknown = said
    .split(',')
    .map((name) => name.trim())
    .find((name) => name !== '' && !known.includes(name))
  if (unknown === undefined) return
  throw invalid(`Unexpected value(s) \`${unknown}\` for the \`anthropic-beta\` header.`)
}

const string: Shape = { kind: 'string', minLength: 1 }

/** Betas and version are headers here, and a count takes no wishes for an answer. */
function shapeOf(model: Model, counts: boolean): Shape {
  const bedrock = claudeShape(model) as Shape & { readonly fields: Fields }
  const { anthropic_version: _version, anthropic_beta: _beta, ...fields } = bedrock.fields
  const picked = counts ? Object.fromEntries(Object.entries(fields).filter(isCounted)) : fields
  const wishes: Fields = {
    stream: optional({ kind: 'boolean' }),
    service_tier: optional({ kind: 'string', oneOf: ['auto', 'standard_only'] }),
  }
  return { kind: 'object', fields: { model: string, ...picked, ...(counts ? {} : wishes) } }
}

const countedFields = ['system', 'messages', 'tools', 'tool_choice', 'thinking', 'output_config']
const isCounted = ([name]: readonly [string, Shape]): boolean => countedFields.includes(name)

function checked(body: unknown, model: Model, counts: boolean): Body {
  const [found] = violations(body, shapeOf(model, counts))
  if (found !== undefined) throw invalid(phrase(found, pydanticWording))
  /** A count has no bound of an answer that its thinking could exceed. */
  const whole = counts ? { max_tokens: model.limits.output, ...(body as object) } : body
  for (const rule of claudeMessages.rules) {
    const message = rule(whole as never, model, { streams: (body as Body).stream === true })
    if (message !== undefined) throw invalid(message)
  }
  const open = openObject((body as Body).output_config?.format?.schema)
  if (open) {
    throw invalid(
      "output_config.format.schema: For 'object' type, 'additionalProperties' must be explicitly set to false",
    )
  }
  return whole as Body
}

/** Anthropic, "Structured outputs": every object is closed. */
function openObject(schema: unknown): boolean {
  if (Array.isArray(schema)) return schema.some(openObject)
  if (typeof schema !== 'object' || schema === null) return false
  const { type, additionalProperties } = schema as Readonly<Record<string, unknown>>
  if (type === 'object' && additionalProperties !== false) return true
  return Object.values(schema).some(openObject)
}

/** Only Bedrock's ids have its name in them. */
const asAnthropic = (answer: object): object =>
  JSON.parse(JSON.stringify(answer), (name, value: unknown) =>
    name === 'id' && typeof value === 'string'
      ? value.replace(/^(msg|toolu)_bdrk_/, '$1_01')
      : value,
  ) as object
