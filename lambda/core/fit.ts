/** Compares a request with a model's facts: refuse what it cannot mean, tell what it cannot prefer. */
import type { Notice } from './contracts.ts'
import type { Message } from './conversation.ts'
import { TollgateError } from './errors.ts'
import type { Accepts, Model, Range } from './model.ts'
import type { ChatRequest, FittedRequest, Sampling, ThinkingWish } from './request.ts'

/** Bounds an answer nobody bounded: Bedrock reserves throughput for all of `max_tokens`. */
const defaultMaxTokens = 4096

type Need = {
  readonly param: string
  readonly says: string | ((accepts: Accepts) => string)
  readonly asked: (request: ChatRequest) => boolean
  readonly met: (accepts: Accepts, request: ChatRequest) => boolean
}

/** Of a kind of block, wherever a model would read it: the results of tools are looked into. */
const hasBlock = (request: ChatRequest, type: string): boolean =>
  request.messages.some(({ content }) =>
    content.some(
      (block) =>
        block.type === type ||
        (block.type === 'tool-result' && block.content.some((part) => part.type === type)),
    ),
  )

/** What carries the meaning of a request: a model that lacks one of them is refused. */
const needs: readonly Need[] = [
  {
    param: 'system',
    says: 'takes no system prompt',
    asked: ({ messages }) => messages.some(({ role }: Message) => role === 'system'),
    met: ({ system }) => system,
  },
  {
    param: 'tools',
    says: 'takes no tools',
    asked: (request) =>
      request.tools.length > 0 ||
      hasBlock(request, 'tool-call') ||
      hasBlock(request, 'tool-result'),
    met: ({ tools }) => tools,
  },
  {
    param: 'messages',
    says: 'takes no images',
    asked: (request) => hasBlock(request, 'image'),
    met: ({ images }) => images,
  },
  {
    param: 'messages',
    says: 'takes no documents',
    asked: (request) => hasBlock(request, 'document'),
    met: ({ documents }) => documents,
  },
  {
    param: 'tool_choice',
    says: 'cannot be made to call a tool',
    asked: ({ toolChoice }) => toolChoice?.type === 'any' || toolChoice?.type === 'tool',
    met: ({ forcedTools }) => forcedTools,
  },
  {
    param: 'response_format',
    says: 'cannot be held to a JSON schema',
    asked: ({ output }) => output !== undefined,
    met: ({ jsonSchema }) => jsonSchema !== 'no',
  },
  {
    param: 'messages',
    says: 'does not go on with an answer that was begun',
    asked: ({ messages }) => messages.at(-1)?.role === 'assistant',
    met: ({ prefill }) => prefill,
  },
  {
    param: 'stop',
    says: ({ stopSequences }) =>
      `takes ${stopSequences === 0 ? 'no' : `up to ${stopSequences}`} stop sequences`,
    asked: ({ sampling }) => (sampling.stop?.length ?? 0) > 0,
    met: ({ stopSequences }, { sampling }) => (sampling.stop?.length ?? 0) <= stopSequences,
  },
]

/** `others`: what else the caller may use, to name one that could. */
export function fit(
  request: ChatRequest,
  model: Model,
  others: Iterable<readonly [name: string, model: Model]>,
  notice: Notice,
): FittedRequest {
  for (const need of needs) {
    if (need.asked(request) && !need.met(model.accepts, request)) {
      throw refusal(need, request, model, others)
    }
  }
  const { betas: asked = [], thinking, ...rest } = request
  const betas = asked.filter((beta) => taken(beta, model, notice))
  return {
    ...rest,
    ...(betas.length > 0 && { betas }),
    ...(thinking !== undefined && fitThinking(thinking, model, notice)),
    maxTokens: boundedAnswer(request, model, notice),
    sampling: fitSampling(request.sampling, model, notice),
  }
}

function refusal(
  need: Need,
  request: ChatRequest,
  model: Model,
  others: Iterable<readonly [string, Model]>,
): TollgateError {
  const able = [...others]
    .filter(([, other]) =>
      needs.every(({ asked, met }) => !asked(request) || met(other.accepts, request)),
    )
    .toSorted(([, one], [, other]) => rank(one) - rank(other))[0]
  const advice = able === undefined ? 'No model of this key could.' : `'${able[0]}' could.`
  const says = typeof need.says === 'string' ? need.says : need.says(model.accepts)
  const message = `${need.param}: ${model.name} ${says}. ${advice}`
  return new TollgateError('unsupported_parameter', message, { param: need.param })
}

/** Nobody is advised to take a model that is about to go, where another would do. */
const rank = ({ lifecycle }: Model): number =>
  ['active', 'legacy', 'retired'].indexOf(lifecycle.status)

/** An unknown beta is a 400 at Bedrock, so it is not passed on to fail. */
function taken(beta: string, { accepts, name }: Model, notice: Notice): boolean {
  const known = accepts.betas.includes(beta)
  if (!known) notice(`anthropic-beta: ${beta} left out; it is not known for ${name}`)
  return known
}

function fitThinking(
  thinking: ThinkingWish,
  { accepts, name }: Model,
  notice: Notice,
): { thinking?: ThinkingWish } {
  if (accepts.thinking !== 'no') return { thinking }
  if (thinking.type !== 'off') notice(`thinking: left out; ${name} does not think aloud`)
  return {}
}

function boundedAnswer(
  { maxTokens }: ChatRequest,
  { name, limits }: Model,
  notice: Notice,
): number {
  if (maxTokens === undefined) {
    const bound = Math.min(defaultMaxTokens, limits.output)
    notice(`max_tokens: none given; the answer is bounded at ${bound}`)
    return bound
  }
  if (maxTokens <= limits.output) return maxTokens
  const message = `max_tokens: got ${maxTokens}; ${name} takes 1 to ${limits.output}.`
  throw new TollgateError('invalid_body', message, { param: 'max_tokens' })
}

function fitSampling(sampling: Sampling, { accepts, name }: Model, notice: Notice): Sampling {
  const temperature = within('temperature', sampling.temperature, accepts.temperature)
  const topP = within('top_p', sampling.topP, accepts.topP)
  const topK = within('top_k', sampling.topK, accepts.topK)
  const both = accepts.oneSampler && temperature !== undefined && topP !== undefined
  if (both) notice(`top_p: left out; ${name} takes temperature or top_p but not both`)
  return {
    ...(temperature !== undefined && { temperature }),
    ...(topP !== undefined && !both && { topP }),
    ...(topK !== undefined && { topK }),
    ...(sampling.seed !== undefined && { seed: sampling.seed }),
    ...(sampling.stop !== undefined && sampling.stop.length > 0 && { stop: sampling.stop }),
  }

  function within(param: string, value: number | undefined, range: Range | undefined) {
    if (value === undefined) return undefined
    if (range === undefined) return void notice(`${param}: left out; ${name} does not take it`)
    if (value >= range.min && value <= range.max) return value
    const message = `${param}: got ${value}; ${name} takes ${range.min} to ${range.max}.`
    throw new TollgateError('invalid_body', message, { param })
  }
}
