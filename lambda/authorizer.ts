/** Finds the key where each client puts it, and tells API Gateway whose usage plan to count. */
import { readKey } from './core/key.ts'

/** What is read of API Gateway's REQUEST event. */
export type AuthorizerEvent = {
  readonly methodArn: string
  readonly headers?: Readonly<Record<string, string | undefined>> | null
  readonly multiValueHeaders?: Readonly<Record<string, readonly string[] | undefined>> | null
}

export type Verdict = {
  readonly principalId: string
  readonly policyDocument: {
    readonly Version: '2012-10-17'
    readonly Statement: readonly [
      { readonly Action: 'execute-api:Invoke'; readonly Effect: Effect; readonly Resource: string },
    ]
  }
  readonly usageIdentifierKey?: string
  readonly context?: { readonly team: string; readonly keyId: string }
}

type Effect = 'Allow' | 'Deny'

/** Whether a key of the right form is a known one, API Gateway says by its usage plans. */
export async function handler(event: AuthorizerEvent): Promise<Verdict> {
  const key = sentKey(event)
  const caller = key === undefined ? undefined : readKey(key)
  if (key === undefined || caller === undefined) return verdict('Deny', 'nobody', event)
  const { team, keyId } = caller
  return {
    ...verdict('Allow', team, event),
    usageIdentifierKey: key,
    context: { team, keyId },
  }
}

/** The one key of a request; none where two places or two values disagree. */
function sentKey(event: AuthorizerEvent): string | undefined {
  const own = valuesOf(event, 'x-api-key')
  const authorization = valuesOf(event, 'authorization')
  if (own.length > 1 || authorization.length > 1) return undefined
  const keys = new Set([...own, ...authorization.flatMap(bearer)])
  return keys.size === 1 ? [...keys][0] : undefined
}

/** Any other scheme, such as an AWS SDK's signature, is none of ours. */
function bearer(value: string): readonly string[] {
  const [scheme, token] = value.trim().split(/ +/, 2)
  return scheme?.toLowerCase() === 'bearer' ? [token ?? ''] : []
}

function valuesOf(
  { headers, multiValueHeaders }: AuthorizerEvent,
  name: string,
): readonly string[] {
  return Object.entries(multiValueHeaders ?? headers ?? {})
    .filter(([key]) => key.toLowerCase() === name)
    .flatMap(([, value]) => value ?? [])
}

/** For every route of the stage: which of them a key may use is not this function's to say. */
function verdict(effect: Effect, principalId: string, { methodArn }: AuthorizerEvent): Verdict {
  const [api, stage] = methodArn.split('/')
  const Resource = `${api}/${stage}/*`
  const Statement = [{ Action: 'execute-api:Invoke', Effect: effect, Resource }] as const
  return { principalId, policyDocument: { Version: '2012-10-17', Statement } }
}
