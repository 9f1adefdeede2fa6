/** Bedrock Runtime's operations, and which part of the simulator answers each. */
import type { AnyModel, Model } from '../../lambda/core/model.ts'
import type { Told } from './answer.ts'
import { converse } from './converse-operation.ts'
import { countTokens } from './count-tokens.ts'
import { type Delivery, plainly } from './delivery.ts'
import { embed, isEmbedding } from './embeddings.ts'
import { invalid } from './exceptions.ts'
import type { Judge } from './guardrails.ts'
import { type Answered, invoke } from './invoke.ts'

/** As the SDK names its commands. */
export type Operation =
  | 'InvokeModel'
  | 'InvokeModelWithResponseStream'
  | 'Converse'
  | 'ConverseStream'
  | 'CountTokens'

/** What is charged for; of counting, nothing. */
export type Charged = Pick<Told, 'usage' | 'prefixes'> & { readonly model: { readonly id: string } }

export type Operated = { readonly told?: Charged; readonly delivery: Delivery }

/** Throws what Bedrock refuses. */
export function operate(
  operation: Operation,
  model: AnyModel,
  body: unknown,
  remembered: ReadonlySet<string>,
  judge?: Judge,
): Operated {
  if (judge !== undefined && isEmbedding(model)) throw invalid(unjudged)
  switch (operation) {
    case 'InvokeModel':
      return isEmbedding(model)
        ? embed(model, body)
        : charged(invoke(operation, model, body, remembered, judge))
    case 'InvokeModelWithResponseStream':
      return charged(invoke(operation, chatty(model, unstreamed), body, remembered, judge))
    case 'Converse':
    case 'ConverseStream':
      return charged(converse(operation, chatty(model, notForConverse), body, remembered, judge))
    case 'CountTokens':
      return counted(countTokens(model, body))
  }
}

/** AWS, "Supported Regions and models for Amazon Bedrock Guardrails"; the words are the simulator's. */
const unjudged = 'The model does not support guardrails.'
const unstreamed = 'The model is unsupported for streaming.'
const notForConverse =
  "The action doesn't support the model that you provided. Try again with a supported text or chat model."

function chatty(model: AnyModel, message: string): Model {
  if (isEmbedding(model)) throw invalid(message)
  return model
}

/** A blocked prompt is the guardrail's to charge for. */
const charged = ({ told, verdict, delivery }: Answered): Operated =>
  verdict?.where === 'input' ? { delivery } : { told, delivery }

function counted(inputTokens: number): Operated {
  const headers = { 'content-type': 'application/json' }
  const bytes = Buffer.from(JSON.stringify({ inputTokens }))
  return { delivery: { ...plainly, status: 200, headers, pieces: [{ bytes, tokens: 0 }] } }
}
