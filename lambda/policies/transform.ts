/** Lets an operator's functions and models change what is asked, and what is answered. */
import type { Call, Policy } from '../core/contracts.ts'
import { TollgateError } from '../core/errors.ts'
import type { About } from '../core/transform-config.ts'
import { throughTransforms } from '../transform/answers.ts'
import { throughModels } from '../transform/bodies-by-model.ts'
import { throughFunctions } from '../transform/functions.ts'
import { replyTransforms, requestFunctions, requestModels } from '../transform/listed.ts'
import { type AskModel, type ModelCallParts, modelAsker } from '../transform/model-call.ts'
import { judge } from './guard.ts'
import { heldToTemplates } from './template.ts'

export const transform =
  (parts: ModelCallParts): Policy =>
  (next) =>
    async function transform(asked) {
      if (asked.rules.every((rules) => rules.transform === undefined)) return next(asked)
      const ask = modelAsker(parts, asked)
      const call = await requestOf(asked, ask)
      const reply = await next(call)
      const transforms = call.task === 'chat' ? replyTransforms(call.rules) : []
      if (transforms.length === 0) return reply
      return { ...reply, events: throughTransforms(reply.events, transforms, aboutOf(call), ask) }
    }

/** Models first, since they rewrite a body as it came; so whatever is sent has passed the functions. */
async function requestOf(asked: Call, ask: AskModel): Promise<Call> {
  const models = requestModels(asked.rules)
  ableToBeAnswered(asked)
  const call =
    models.length === 0 || asked.task === 'count' ? asked : await written(asked, models, ask)
  if (models.length > 0 && asked.task === 'count') asked.notice(notCounted)
  return throughFunctions(call, requestFunctions(call.rules), aboutOf(call))
}

/** Nothing is paid for a request that may not be made, nor shown a model that may not be asked it. */
async function written(asked: Call, models: ReturnType<typeof requestModels>, ask: AskModel) {
  judge(heldToTemplates(asked))
  const call = await throughModels(asked, models, ask)
  ableToBeAnswered(call)
  return call
}

const notCounted =
  'transform: what a model makes of this request is not counted; nothing is asked of it for a count'

/** Bedrock's bytes are told as they came, and an answer that is to be transformed cannot be. */
function ableToBeAnswered({ task, native, rules, model }: Call): void {
  if (native === undefined || task !== 'chat' || replyTransforms(rules).length === 0) return
  const message = `This key’s answers are transformed, and those of Bedrock’s own routes are told as they come; ask ${model.name} by POST /v1/chat/completions, /v1/responses, /v1/messages or /bedrock.`
  throw new TollgateError('unsupported_parameter', message)
}

const aboutOf = ({ caller, request, task, id, signal }: Call): About => ({
  ...{ team: caller.team, model: request.model, task, requestId: id, signal },
})
