/** Chat completions as OpenAI itself, Mistral, and the many servers that speak like OpenAI take them. */
import { createHash } from 'node:crypto'
import type { Body, Notice } from '../core/contracts.ts'
import type { JsonObject, Message } from '../core/conversation.ts'
import type { Model } from '../core/model.ts'
import type { FittedRequest } from '../core/request.ts'
import type { ProviderConfig } from '../core/routes-config.ts'
import { once } from './once.ts'
import { chatCompletions } from './openai-chat.ts'
import type { Wording } from './openai-request.ts'

type Speech = Wording & {
  /** A stream's token counts come only where they are asked for. */
  readonly asksForUsage: boolean
  readonly tiers: boolean
  /** An id the server takes for a tool call, in place of another provider's. */
  readonly callId: (id: string) => string
}

const parameters = { temperature: 'temperature', topP: 'top_p', seed: 'seed', stop: 'stop' }

/** `model` is added by whoever sends it, since Azure has it in the path. */
function outsideChat(id: string, speech: Speech): Body {
  const { asksForUsage, tiers, callId, ...wording } = speech
  const { build, read, openStream } = chatCompletions(id, wording)
  return {
    id,
    build(request, model, notice) {
      const told = once(notice)
      const messages = request.messages.map((message) => renamed(message, callId))
      return {
        ...build({ ...request, messages }, model, told),
        ...tierField(request, model, tiers, told),
        ...streamFields(request, model, asksForUsage),
      }
    },
    read,
    openStream,
  }
}

/** OpenAI's word for the tier is our own. */
function tierField(
  { serviceTier }: FittedRequest,
  { name }: Model,
  tiers: boolean,
  notice: Notice,
): JsonObject {
  if (serviceTier === undefined) return {}
  if (tiers) return { service_tier: serviceTier }
  notice(`service_tier ${serviceTier}: left out; ${name} has no tiers`)
  return {}
}

function streamFields({ stream }: FittedRequest, { accepts }: Model, usage: boolean): JsonObject {
  if (!stream || !accepts.streaming) return {}
  return { stream: true, ...(usage && { stream_options: { include_usage: true } }) }
}

function renamed(message: Message, callId: (id: string) => string): Message {
  switch (message.role) {
    case 'system':
      return message
    case 'user':
      return {
        ...message,
        content: message.content.map((block) =>
          block.type === 'tool-result' ? { ...block, callId: callId(block.callId) } : block,
        ),
      }
    case 'assistant':
      return {
        ...message,
        content: message.content.map((block) =>
          block.type === 'tool-call' ? { ...block, id: callId(block.id) } : block,
        ),
      }
  }
}

/** The same for the same id, and for no other. */
const digest = (id: string): string => createHash('sha256').update(id).digest('hex')

/**
 * OpenAI and Azure. Newer models refuse `max_tokens` ("is not supported with this model. Use
 * 'max_completion_tokens' instead."), and no model of theirs refuses its newer name. An id longer
 * than 40 characters is refused.
 */
export const openaiOwn = outsideChat('openai', {
  maxTokens: 'max_completion_tokens',
  parameters,
  asksForUsage: true,
  tiers: true,
  callId: (id) => (id.length <= 40 ? id : digest(id).slice(0, 40)),
})

/**
 * Mistral's own API answers 422 to `max_completion_tokens`, `seed` and `stream_options`, tells usage
 * unasked, and 400 to the id of a tool call that is not nine letters and digits.
 */
export const mistralOwn = outsideChat('mistral', {
  maxTokens: 'max_tokens',
  parameters: { ...parameters, seed: 'random_seed' },
  asksForUsage: false,
  tiers: false,
  callId: (id) => (/^[A-Za-z0-9]{9}$/.test(id) ? id : digest(id).slice(0, 9)),
})

/**
 * llama.cpp, Ollama, vLLM, Groq and others: all of them know `max_tokens`, by OpenAI's older name.
 * Ollama's "OpenAI compatibility" lists no other, and an answer it does not bound has no end.
 */
export const openaiLike = outsideChat('openai-like', {
  maxTokens: 'max_tokens',
  parameters,
  asksForUsage: true,
  tiers: false,
  callId: (id) => id,
})

/** Models that OpenAI makes behind somebody else's address, such as a company's proxy. */
const openAisModel = /(^|\/)(gpt-[5-9]|o[1-9])(\b|[^a-z])/

/** Whose words a server takes, for a model by the server's own name of it. */
export function chatBodyFor(
  { type, url }: Extract<ProviderConfig, { type: 'openai' | 'azure' }>,
  model: string,
): Body {
  if (type === 'azure') return openaiOwn
  const host = URL.parse(url)?.hostname ?? ''
  if (/(^|\.)(openai\.com|openai\.azure\.com)$/.test(host)) return openaiOwn
  if (/(^|\.)mistral\.ai$/.test(host)) return mistralOwn
  return openAisModel.test(model) ? openaiOwn : openaiLike
}
