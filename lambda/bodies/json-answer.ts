/** Holds an answer to a JSON schema by a forced tool, and reads that tool's call as the answer. */
import type { Notice } from '../core/contracts.ts'
import type { AssistantBlock, JsonObject } from '../core/conversation.ts'
import { TollgateError } from '../core/errors.ts'
import type { Model } from '../core/model.ts'
import type { Stop } from '../core/reply.ts'
import type { FittedRequest, OutputFormat, Tool, ToolChoice } from '../core/request.ts'

/** Readers know the tool by its name alone, for they never see the request. */
const reserved = 'json_answer'

export const isJsonAnswer = (tool: string): boolean =>
  tool === reserved || tool.startsWith(`${reserved}_`)

/** Which formats a body can ask for in the model's own words. */
type Native = (output: OutputFormat) => boolean

/**
 * The request as its body shall write it: `output` is still there where the model holds it itself,
 * and has become a tool where not.
 */
export function withJsonAnswer(
  asked: FittedRequest,
  model: Model,
  notice: Notice,
  native: Native = () => false,
): FittedRequest {
  refuseReserved(asked.tools)
  const { output, thinking, ...request } = asked
  if (output === undefined) return asked
  if (model.accepts.jsonSchema === 'native' && native(output)) return asked
  if (model.accepts.jsonSchema === 'no' || !model.accepts.forcedTools) throw refusal(model)
  if (thinking !== undefined && thinking.type !== 'off') {
    notice(
      'thinking: left out; the answer is held to its schema by a forced tool, which excludes it',
    )
  }
  const tool = answerTool(output)
  const toolChoice = choice(tool, asked)
  if (toolChoice === undefined) return request
  return { ...request, tools: [...asked.tools, tool], toolChoice }
}

function refuseReserved(tools: readonly Tool[]): void {
  const at = tools.findIndex(({ name }) => isJsonAnswer(name))
  if (at === -1) return
  const param = `tools[${at}].name`
  const message = `${param}: names that begin with '${reserved}' are the gateway’s own; take another`
  throw new TollgateError('invalid_body', message, { param })
}

function refusal({ name }: Model): TollgateError {
  const param = 'response_format'
  const message = `${param}: ${name} cannot be held to JSON; a Claude or Nova model can`
  return new TollgateError('unsupported_parameter', message, { param })
}

/** Names of schemas and of tools are up to 64 letters, digits, `_` and `-`. */
export const schemaName = (name: string): string =>
  name.replace(/[^A-Za-z0-9_-]/g, '_').slice(0, 64) || 'answer'

function answerTool(output: OutputFormat): Tool {
  if (output.type === 'json') return { name: reserved, input: { type: 'object' } }
  const name = schemaName(`${reserved}_${output.name}`)
  const description = output.description ?? 'Gives the answer.'
  return { name, description, input: objectSchema(output.schema) }
}

/** What a tool takes is an object, so an answer that is none cannot be had in this way. */
function objectSchema(schema: JsonObject): JsonObject {
  if (schema.type === 'object') return schema
  if (schema.type === undefined) return { type: 'object', ...schema }
  const param = 'response_format'
  const message = `${param}: this model is held to JSON objects only; the schema's type must be 'object'`
  throw new TollgateError('unsupported_parameter', message, { param })
}

/** Beside other tools the model may call one of them first; one that is forced is no answer yet. */
function choice(tool: Tool, { tools, toolChoice }: FittedRequest): ToolChoice | undefined {
  const answer = { type: 'tool', name: tool.name } as const
  switch (toolChoice?.type) {
    case 'any':
    case 'tool':
      return undefined
    case 'none':
      return answer
    case 'auto':
    case undefined:
      return tools.length === 0 ? answer : { type: 'any' }
  }
}

type Answer = { readonly content: readonly AssistantBlock[]; readonly stop: Stop }

/** A whole answer, with the call of our own tool as the text it stands for. */
export function withoutJsonAnswer({ content, stop }: Answer): Answer {
  const own = (block: AssistantBlock) => block.type === 'tool-call' && isJsonAnswer(block.name)
  if (!content.some(own)) return { content, stop }
  const calls = content.some((block) => block.type === 'tool-call' && !own(block))
  return {
    content: content.map((block) =>
      block.type === 'tool-call' && isJsonAnswer(block.name)
        ? { type: 'text', text: JSON.stringify(block.input) }
        : block,
    ),
    stop: stop.reason === 'tool-calls' && !calls ? { reason: 'end' } : stop,
  }
}
