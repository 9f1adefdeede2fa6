/** Reads the content blocks of Anthropic's messages, each kind by its own reader. */
import type {
  AssistantBlock,
  Document,
  Image,
  Text,
  ToolCall,
  ToolResult,
  UserBlock,
} from '../core/conversation.ts'
import { cacheControl, cached } from './anthropic-cache.ts'
import {
  flag,
  isEmpty,
  leftOut,
  listOf,
  need,
  objectOf,
  type Reader,
  readFields,
  refused,
  text,
  unsupported,
  within,
  word,
  wrong,
} from './anthropic-fields.ts'
import { readDocument, readImage } from './anthropic-media.ts'
import { anyString, either, faced, listFace, shape, toldApart } from './schema.ts'

const byServer = 'is of a tool that runs on Anthropic’s servers, which Bedrock does not have.'
const byMcp = 'is of Anthropic’s MCP connector, which Bedrock does not have.'

/** Blocks of Anthropic's own service, and why no model behind the gateway can be given them. */
const foreign: Readonly<Record<string, string>> = {
  search_result: 'is not carried; send what was found as a text block.',
  server_tool_use: byServer,
  web_search_tool_result: byServer,
  web_fetch_tool_result: byServer,
  code_execution_tool_result: byServer,
  bash_code_execution_tool_result: byServer,
  text_editor_code_execution_tool_result: byServer,
  tool_search_tool_result: byServer,
  advisor_tool_result: byServer,
  tool_reference: byServer,
  browser_state: byServer,
  container_upload: 'needs Anthropic’s containers, which Bedrock does not have.',
  mcp_tool_use: byMcp,
  mcp_tool_result: byMcp,
  mcp_tool_listing: byMcp,
  compaction: 'is a summary that only Anthropic’s own service can read; send its text.',
  fallback: 'marks a change of model on Anthropic’s own service; leave it out.',
  tool_addition: 'tools cannot change within a conversation; set them in tools.',
  tool_removal: 'tools cannot change within a conversation; set them in tools.',
}

/** `whose` completes "… takes text, image". */
function blockReader<Block>(
  whose: string,
  kinds: Readonly<Record<string, Reader<Block>>>,
): Reader<Block> {
  const takes = `${whose} takes ${Object.keys(kinds).join(', ')}`
  return faced(toldApart('type', kinds), (value, place) => {
    const { type, ...fields } = objectOf(value, place)
    if (typeof type === 'string') {
      const reader = Object.hasOwn(kinds, type) ? kinds[type] : undefined
      if (reader !== undefined) return reader(fields, place)
      if (Object.hasOwn(foreign, type)) throw unsupported(place, `${type} ${foreign[type]}`)
    }
    throw wrong(type, within(place, 'type'), `a known type: ${takes}`)
  })
}

/** One string stands for one block of text. */
const contentReader = <Block>(reader: Reader<Block>): Reader<readonly (Block | Text)[]> => {
  const blocks = listOf(reader, 'a string or a list of blocks')
  return faced(either(anyString, listFace(reader)), (value, place) =>
    typeof value === 'string' ? [{ type: 'text', text: value }] : blocks(value, place),
  )
}

const textFields = {
  text,
  cache_control: cacheControl,
  citations: leftOut('earlier answers are sent back without their citations', isEmpty),
}

const readText: Reader<Text> = faced(shape(textFields, 'text'), (value, place) => {
  const { text: words, cache_control } = readFields(value, place, textFields)
  return { type: 'text', text: need(words, place, 'text', 'a string'), ...cached(cache_control) }
})

const isDirect = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && 'type' in value && value.type === 'direct'

const callFields = {
  id: word,
  name: word,
  input: objectOf,
  cache_control: cacheControl,
  caller: refused(`a caller other than direct ${byServer}`, isDirect),
  toolset_name: refused('toolsets are Anthropic’s own; describe custom tools.'),
}

const readCall: Reader<ToolCall> = faced(
  shape(callFields, 'id', 'name', 'input'),
  (value, place) => {
    const { id, name, input, cache_control } = readFields(value, place, callFields)
    return {
      type: 'tool-call',
      id: need(id, place, 'id', 'the id of the call'),
      name: need(name, place, 'name', 'the name of the tool'),
      input: need(input, place, 'input', 'an object'),
      ...cached(cache_control),
    }
  },
)

const readPart = blockReader<Text | Image | Document>('a tool’s result', {
  text: readText,
  image: readImage,
  document: readDocument,
})

const resultFields = {
  tool_use_id: word,
  content: contentReader(readPart),
  is_error: flag,
  cache_control: cacheControl,
  toolset_name: callFields.toolset_name,
}

const readResult: Reader<ToolResult> = faced(shape(resultFields, 'tool_use_id'), (value, place) => {
  const read = readFields(value, place, resultFields)
  return {
    type: 'tool-result',
    callId: need(read.tool_use_id, place, 'tool_use_id', 'the id of the call'),
    content: read.content ?? [],
    failed: read.is_error ?? false,
    ...cached(read.cache_control),
  }
})

const thinkingFields = { thinking: text, signature: text }

/** An empty signature proves nothing, and is none. */
const readThinking: Reader<AssistantBlock> = faced(
  shape(thinkingFields, 'thinking'),
  (value, place) => {
    const { thinking, signature } = readFields(value, place, thinkingFields)
    return {
      type: 'thinking',
      text: need(thinking, place, 'thinking', 'a string'),
      ...(signature !== undefined && signature !== '' && { signature }),
    }
  },
)

const redactedFields = { data: text }

const readRedacted: Reader<AssistantBlock> = faced(
  shape(redactedFields, 'data'),
  (value, place) => {
    const { data } = readFields(value, place, redactedFields)
    return { type: 'redacted-thinking', data: need(data, place, 'data', 'a string') }
  },
)

export const systemContent: Reader<readonly Text[]> = contentReader(
  blockReader('a system message', { text: readText }),
)

export const userContent: Reader<readonly UserBlock[]> = contentReader(
  blockReader<UserBlock>('a user’s message', {
    text: readText,
    image: readImage,
    document: readDocument,
    tool_result: readResult,
  }),
)

export const assistantContent: Reader<readonly AssistantBlock[]> = contentReader(
  blockReader<AssistantBlock>('an assistant’s message', {
    text: readText,
    thinking: readThinking,
    redacted_thinking: readRedacted,
    tool_use: readCall,
  }),
)
