/** What a body of Cohere's chat says, as the simulated model reads it. */
import type { Asked, Turn } from '../simulator/answer.ts'
import { imageReceived, toolReceived } from '../simulator/received.ts'
import { imageTokens, type Part, tokensOf } from '../simulator/tokens.ts'
import type { CohereChatBody, CohereMessage } from './cohere-body.ts'
import type { CohereChatModel } from './cohere-models.ts'
import { wordsOf } from './cohere-rules.ts'

export function readChat(body: CohereChatBody, model: CohereChatModel): Asked {
  const { messages, tools = [], tool_choice: choice, response_format: format } = body
  const offered = tools.map(({ function: { name, parameters = {} } }) => ({
    name,
    schema: parameters,
  }))
  const usable = choice === 'NONE' ? [] : offered
  const maxTokens = body.max_tokens ?? model.output
  const held = format?.type === 'json_object'
  return {
    system: messages
      .filter(({ role }) => role === 'system')
      .map(({ content }) => wordsOf(content))
      .join('\n'),
    turns: turnsOf(messages),
    parts: [...tools.map((tool) => part(JSON.stringify(tool))), ...messages.flatMap(messageParts)],
    settings: {
      temperature: body.temperature,
      p: body.p,
      k: body.k,
      seed: body.seed,
      max: maxTokens,
      stop: body.stop_sequences?.length,
      budget: body.thinking?.token_budget,
    },
    given: usable.length === 0 ? [] : [`tools: ${usable.map(({ name }) => name).join(', ')}`],
    received: received(messages),
    maxTokens,
    stop: body.stop_sequences ?? [],
    thinking: model.thinks && body.thinking?.type !== 'disabled' ? 'shown' : 'never',
    tools: usable,
    forcedTool: choice === 'REQUIRED' ? offered[0] : undefined,
    ...(held && { answerSchema: format.json_schema ?? { type: 'object', required: [] } }),
  }
}

/** Results of tools and what the user says after them are one turn. */
function turnsOf(messages: readonly CohereMessage[]): readonly Turn[] {
  const turns: { role: Turn['role']; text: string }[] = []
  for (const message of messages.filter(({ role }) => role !== 'system')) {
    const role = message.role === 'assistant' ? 'assistant' : 'user'
    const last = turns.at(-1)
    if (last?.role === role) last.text += seen(message)
    else turns.push({ role, text: seen(message) })
  }
  return turns
}

function seen({ role, content, tool_plan = '', tool_calls = [] }: CohereMessage): string {
  if (role === 'tool') return `(success: ${wordsOf(content)})`
  const calls = tool_calls.map((call) => `(calls ${call.function.name} ${call.function.arguments})`)
  return [tool_plan, wordsOf(content), ...calls].join('')
}

function received(messages: readonly CohereMessage[]): readonly string[] {
  const calls = messages.flatMap(({ tool_calls = [] }) => tool_calls)
  const names = new Map(calls.map((call) => [call.id, call.function.name]))
  return messages.flatMap(function each({ role, content, tool_call_id: id = '' }) {
    if (role === 'tool') return [toolReceived(names.get(id), false, wordsOf(content))]
    const parts = Array.isArray(content) ? content : []
    return parts.flatMap(({ type, image_url: image }) => {
      if (type === 'thinking') return ['unsigned thinking']
      const [, media = '', data = ''] = /^data:([^;]+);base64,(.*)$/s.exec(image?.url ?? '') ?? []
      return image === undefined ? [] : [imageReceived(media, data)]
    })
  })
}

const part = (text: string): Part => ({ text, tokens: tokensOf(text) })

function messageParts({ content, tool_plan = '', tool_calls = [] }: CohereMessage) {
  const images = (Array.isArray(content) ? content : []).filter(({ type }) => type === 'image_url')
  return [
    part(`${tool_plan}${wordsOf(content)}`),
    ...images.map((image): Part => ({ text: JSON.stringify(image), tokens: imageTokens })),
    ...tool_calls.map((call) => part(JSON.stringify(call))),
  ]
}
