/** Asks the authorizer's function who calls, and reads its policy. */
import type { FunctionHost } from '../function/pool.ts'
import { isValues, textOf, type Values, valuesOf } from '../template/values.ts'
import { authorizerEventOf, type Exchange, methodArnOf } from './event.ts'
import { headerValues } from './incoming.ts'
import { evaluate } from './policy.ts'
import { type Refusal, refusals } from './refusals.ts'
import type { Matched } from './routing.ts'

export type Authorized = {
  /** For the function's event; all text, as API Gateway makes it. */
  readonly context: Readonly<Record<string, string | number>>
  readonly usageIdentifierKey: string | undefined
}

type Asked = Exchange & { readonly matched: Matched }

export async function authorize(
  host: FunctionHost,
  exchange: Asked,
): Promise<Authorized | Refusal> {
  const started = performance.now()
  const { requestId } = exchange.incoming
  const event = JSON.stringify(authorizerEventOf(exchange))
  const ending = await host.invoke(`${requestId}-authorizer`, event)
  if (ending.type === 'failed' && ending.error.errorMessage === 'Unauthorized') {
    return refusals.unauthorized
  }
  if (ending.type !== 'done') return refusals.authorizerFailed
  const answer = parsed(ending.payload)
  const { principalId, policyDocument, context, usageIdentifierKey } = answer
  if (typeof principalId !== 'string' || !isFlat(context)) return refusals.authorizerUnusable
  switch (evaluate(policyDocument, methodArnOf(exchange))) {
    case 'unreadable':
      return refusals.authorizerUnusable
    case 'denied':
      return refusals.explicitlyDenied
    case 'not-allowed':
      return refusals.accessDenied
    case 'allowed': {
      const integrationLatency = Math.round(performance.now() - started)
      const own = Object.entries(valuesOf(context)).map(([name, value]) => [name, String(value)])
      return {
        context: { ...Object.fromEntries(own), principalId, integrationLatency },
        usageIdentifierKey: textOf(usageIdentifierKey),
      }
    }
  }
}

/** Where keys come in the header, the plan reads only that. */
export const headerKey = ({ incoming }: Exchange): string | undefined =>
  headerValues(incoming, 'x-api-key').at(-1)

function parsed(payload: string | undefined): Values {
  const value: unknown = JSON.parse(payload ?? 'null')
  return valuesOf(value)
}

/** API Gateway takes text, numbers and truth values, no lists and no objects. */
const isFlat = (context: unknown): boolean =>
  context === undefined ||
  context === null ||
  (isValues(context) && Object.values(context).every((value) => typeof value !== 'object'))
