/**
 * Claude's Messages on Bedrock: what a body says, and the answer, whole or as Anthropic's events.
 * AWS, "Anthropic Claude Messages API"; Anthropic, "Streaming Messages".
 */
import type { Asked } from './answer.ts'
import {
  type ClaudeBlock,
  type ClaudeBody,
  type ClaudeTool,
  claudeShape,
} from './claude-messages-body.ts'
import { blocksOf, claudeRules } from './claude-messages-rules.ts'
import { claudeAnswers } from './claude-messages-stream.ts'
import type { Family } from './family.ts'
import {
  documentReceived,
  imageReceived,
  redactedReceived,
  thinkingReceived,
  toolReceived,
} from './received.ts'
import { imageTokens, type Part, tokensOf } from './tokens.ts'
import { pydanticWording } from './wordings.ts'

function read(body: ClaudeBody): Asked {
  const { messages, system, tools = [], tool_choice: choice, max_tokens: maxTokens } = body
  const { thinking, output_config: output } = body
  const offered = choice?.type === 'none' ? [] : tools.map(asOffered)
  const blocks = messages.flatMap(({ content }) => blocksOf(content)).flatMap(withInner)
  return {
    system: blocksOf(system)
      .map(({ text }) => text)
      .join('\n'),
    turns: messages.map(({ role, content }) => ({
      role,
      text: blocksOf(content).map(seen).join(''),
    })),
    parts: [...tools.map(toolPart), ...blocksOf(system).map(part), ...blocks.map(part)],
    settings: {
      temperature: body.temperature,
      topP: body.top_p,
      topK: body.top_k,
      max: maxTokens,
      stop: body.stop_sequences?.length,
      effort: output?.effort,
    },
    given: [
      ...counted(blocks, 'image'),
      ...counted(blocks, 'document'),
      ...(offered.length === 0 ? [] : [`tools: ${offered.map(({ name }) => name).join(', ')}`]),
    ],
    received: received(blocks),
    maxTokens,
    stop: body.stop_sequences ?? [],
    thinking: thinkingOf(thinking),
    tools: offered,
    oneCall: choice?.disable_parallel_tool_use,
    forcedTool:
      choice?.type === 'any' ? offered[0] : offered.find(({ name }) => name === choice?.name),
    answerSchema: output?.format?.schema,
  }
}

const asOffered = ({ name, input_schema }: ClaudeTool) => ({ name, schema: input_schema })

function thinkingOf(thinking: ClaudeBody['thinking']): Asked['thinking'] {
  if (thinking === undefined || thinking.type === 'disabled') return 'if-marked'
  return thinking.display === 'omitted' ? 'hidden' : 'shown'
}

const withInner = (block: ClaudeBlock): readonly ClaudeBlock[] => [
  ...(Array.isArray(block.content) ? block.content : []),
  block,
]

function counted(blocks: readonly ClaudeBlock[], type: string): readonly string[] {
  const count = blocks.filter((block) => block.type === type).length
  return count === 0 ? [] : [`${count} ${type}${count === 1 ? '' : 's'}`]
}

function received(blocks: readonly ClaudeBlock[]): readonly string[] {
  const names = new Map(blocks.map(({ id, name }) => [id, name]))
  return blocks.flatMap(function each(block): readonly string[] {
    const { media_type: type = '', data = '' } = block.source ?? {}
    switch (block.type) {
      case 'image':
        return [imageReceived(type, data)]
      case 'document':
        return [
          documentReceived(
            type,
            block.title,
            block.source?.type === 'text' ? Buffer.from(data).toString('base64') : data,
          ),
        ]
      case 'thinking':
        return [thinkingReceived(block.signature)]
      case 'redacted_thinking':
        return [redactedReceived]
      case 'tool_result': {
        const said = blocksOf(block.content).map(seen).join('')
        return [toolReceived(names.get(block.tool_use_id), block.is_error === true, said)]
      }
      default:
        return []
    }
  })
}

/** What a person reading the conversation would see of a block. */
function seen(block: ClaudeBlock): string {
  switch (block.type) {
    case 'text':
      return block.text ?? ''
    case 'tool_use':
      return `(calls ${block.name} ${JSON.stringify(block.input)})`
    case 'tool_result':
      return `(${block.is_error ? 'error' : 'success'}: ${blocksOf(block.content).map(seen).join('')})`
    default:
      return ''
  }
}

const cacheOf = ({ cache_control: mark }: Pick<ClaudeBlock, 'cache_control'>) =>
  mark && (mark.ttl ?? '5m')

function part(block: ClaudeBlock): Part {
  const { cache_control: _, content, ...own } = block
  const inner = typeof content === 'string' ? { content } : {}
  const text = block.type === 'text' ? (block.text ?? '') : JSON.stringify({ ...own, ...inner })
  const tokens = block.type === 'image' ? imageTokens : tokensOf(text)
  return { text, tokens, cache: cacheOf(block) }
}

function toolPart(tool: ClaudeTool): Part {
  const { cache_control: _, ...rest } = tool
  const text = JSON.stringify(rest)
  return { text, tokens: tokensOf(text), cache: cacheOf(tool) }
}

export const claudeMessages: Family = {
  shape: claudeShape,
  wording: pydanticWording,
  frame: ([first = '']) => first,
  rules: claudeRules,
  tooLong: (tokens, limit) => `prompt is too long: ${tokens} tokens > ${limit} maximum`,
  read,
  endings: {
    end: 'end_turn',
    length: 'max_tokens',
    sequence: 'stop_sequence',
    'tool-call': 'tool_use',
    refusal: 'refusal',
    pause: 'pause_turn',
    'context-window': 'model_context_window_exceeded',
  },
  ...claudeAnswers,
}
