/** Finds the key where each client puts it, and tells API Gateway whose usage plan to count. */
import { signIn } from '#sign-in'
import type { Caller } from './core/contracts.ts'
import { readKey } from './core/key.ts'
import type { TokenRefusal } from './core/sign-in.ts'

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
  readonly context?:
    | { readonly team: string; readonly keyId: string; readonly subject?: string }
    /** For the access log. */
    | { readonly tokenRefusal: TokenRefusal }
}

type Effect = 'Allow' | 'Deny'

/** Whether a key of the right form is a known one, API Gateway says by its usage plans. */
export async function handler(event: AuthorizerEvent): Promise<Verdict> {
  const { value, bearer } = sent(event) ?? {}
  if (value === undefined) return verdict('Deny', 'nobody', event)
  const caller = readKey(value)
  if (caller !== undefined) return allowed(event, value, caller)
  if (signIn === undefined || bearer !== true) return verdict('Deny', 'nobody', event)
  const signedIn = await signIn(value)
  if (signedIn.type === 'team') {
    return allowed(event, signedIn.key, signedIn.caller, signedIn.subject)
  }
  return { ...verdict('Deny', 'nobody', event), context: { tokenRefusal: signedIn.why } }
}

type Sent = { readonly value: string; readonly bearer: boolean }

/** The one key or token of a request; none where two places or two values disagree. */
function sent(event: AuthorizerEvent): Sent | undefined {
  const own = valuesOf(event, 'x-api-key')
  const authorization = valuesOf(event, 'authorization')
  if (own.length > 1 || authorization.length > 1) return undefined
  const bearers = authorization.flatMap(bearer)
  const [value, ...others] = new Set([...own, ...bearers])
  if (value === undefined || others.length > 0) return undefined
  return { value, bearer: bearers.length > 0 }
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

function allowed(event: AuthorizerEvent, key: string, caller: Caller, subject?: string): Verdict {
  const { team, keyId } = caller
  return {
    ...verdict('Allow', team, event),
    usageIdentifierKey: key,
    context: { team, keyId, ...(subject !== undefined && { subject }) },
  }
}

/** For every route of the stage: which of them a key may use is not this function's to say. */
function verdict(effect: Effect, principalId: string, { methodArn }: AuthorizerEvent): Verdict {
  const [api, stage] = methodArn.split('/')
  const Resource = `${api}/${stage}/*`
  const Statement = [{ Action: 'execute-api:Invoke', Effect: effect, Resource }] as const
  return { principalId, policyDocument: { Version: '2012-10-17', Statement } }
}
