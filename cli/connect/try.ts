/** Makes the one call, and says what came of it: an answer with its cost, or what would mend it. */
import { type Answer, calls } from './calls.ts'
import type { ClientName } from './clients.ts'

export type Tried =
  | {
      readonly type: 'answered'
      readonly status: number
      readonly ms: number
      readonly said: string
      /** As `x-tollgate-cost-usd` has it; absent for a model without a price. */
      readonly costUsd?: string
      /** `bedrock/amazon.nova-lite-v1:0`. */
      readonly model?: string
      readonly region?: string
      readonly requestId?: string
    }
  | {
      readonly type: 'refused'
      readonly status: number
      readonly code: string
      readonly message: string
    }
  | { readonly type: 'unreachable'; readonly reason: string }

export type Asking = {
  readonly client: ClientName
  readonly url: string
  readonly model: string
  readonly key: string
}

/** `fetch` says why in its cause. */
type Thrown = {
  readonly name: string
  readonly cause?: { readonly code?: string; readonly message?: string }
}

/** Milliseconds a model may take; API Gateway itself waits for five minutes. */
const patience = 120_000

export async function tryCall({ client, url, model, key }: Asking): Promise<Tried> {
  const { path, headers, body, said } = calls[client]
  const started = performance.now()
  try {
    const answer = await fetch(url + path(model), {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers(key) },
      body: JSON.stringify(body(model)),
      signal: AbortSignal.timeout(patience),
    })
    const text = await answer.text()
    const ms = Math.round(performance.now() - started)
    if (!answer.ok) return refusalIn(answer.status, text)
    const words = said(JSON.parse(text) as Answer)
    if (words === undefined) return strange(answer.status)
    const told = (name: string) => answer.headers.get(name) ?? undefined
    return {
      type: 'answered',
      status: answer.status,
      ms,
      said: words,
      ...present({
        costUsd: told('x-tollgate-cost-usd'),
        model: told('x-tollgate-model'),
        region: told('x-tollgate-region'),
        requestId: told('x-request-id'),
      }),
    }
  } catch (thrown) {
    if (thrown instanceof SyntaxError) return strange(200)
    const { cause, name } = thrown as Thrown
    return { type: 'unreachable', reason: cause?.code ?? cause?.message ?? name }
  }
}

const strange = (status: number): Tried => ({
  type: 'refused',
  status,
  code: 'strange',
  message: 'The answer is none of a gateway’s; is the address right?',
})

/** Of the gateway’s one error body, the code and the message. */
function refusalIn(status: number, text: string): Tried {
  try {
    const { error, message } = JSON.parse(text) as {
      readonly error?: { readonly code?: string }
      readonly message?: string
    }
    const code = error?.code ?? 'unknown'
    return { type: 'refused', status, code, message: message ?? error?.code ?? `status ${status}` }
  } catch {
    return { type: 'refused', status, code: 'unknown', message: `It answered ${status}.` }
  }
}

type Given<Fields> = { readonly [Name in keyof Fields]?: NonNullable<Fields[Name]> }

const present = <Fields extends object>(fields: Fields): Given<Fields> =>
  Object.fromEntries(
    Object.entries(fields).filter(([, value]) => value !== undefined),
  ) as Given<Fields>
