/** Asks the gateway that served this page, with the team's key; what goes wrong is told in words. */

export class Problem extends Error {
  readonly status: number
  readonly code: string
  readonly decision: string | undefined

  constructor(status: number, code: string, message: string, decision?: string) {
    super(message)
    this.status = status
    this.code = code
    this.decision = decision
  }
}

export type Gateway = {
  readonly url: string
  readonly get: <Answer>(path: string) => Promise<Answer>
  readonly post: <Answer>(path: string, body: unknown) => Promise<Answer>
  /** The answer as it comes; rejects where it is a refusal. */
  readonly stream: (path: string, body: unknown, signal: AbortSignal) => Promise<Response>
}

/** With the stage, if the address has one: the page lies beside the routes. */
export const gatewayUrl = (): string =>
  location.origin + location.pathname.replace(/\/console\/?$/, '')

const unreachable =
  'The gateway could not be reached. Is this machine online, and the gateway there?'

export function openGateway(key: string, url = gatewayUrl()): Gateway {
  async function send(path: string, init: RequestInit): Promise<Response> {
    const headers = { ...secret(key), 'content-type': 'application/json' }
    const answer = await fetch(url + path, { ...init, headers, cache: 'no-store' }).catch(
      (cause: unknown) => {
        if (cause instanceof DOMException && cause.name === 'AbortError') throw cause
        throw new Problem(0, 'unreachable', unreachable)
      },
    )
    if (!answer.ok) throw await problemOf(answer)
    return answer
  }
  const read = async <Answer>(path: string, init: RequestInit): Promise<Answer> =>
    (await send(path, init)).json()
  return {
    url,
    get: (path) => read(path, {}),
    post: (path, body) => read(path, { method: 'POST', body: JSON.stringify(body) }),
    stream: (path, body, signal) =>
      send(path, { method: 'POST', body: JSON.stringify(body), signal }),
  }
}

/** A token of those who sign in has three parts; a key has letters and digits alone. */
const secret = (key: string): Record<string, string> =>
  key.includes('.') ? { authorization: `Bearer ${key}` } : { 'x-api-key': key }

type Body = {
  readonly message?: string
  readonly error?: {
    readonly code?: string
    readonly message?: string
    readonly decision_id?: string
  }
}

async function problemOf(answer: Response): Promise<Problem> {
  const body: Body = await answer.json().catch(() => ({}))
  const { code = 'unknown', decision_id } = body.error ?? {}
  const said = body.error?.message ?? body.message ?? `The gateway answered with ${answer.status}.`
  return new Problem(answer.status, code, inWords(answer.status, code, said), decision_id)
}

/** API Gateway's own refusals say little. */
function inWords(status: number, code: string, said: string): string {
  if (status === 401)
    return 'This key is not valid here: it is misspelt, has ended, or is of another gateway.'
  if (code === 'quota_exceeded')
    return 'The requests of this key’s plan are used up, and this page needs some of its own.'
  if (code === 'throttled')
    return 'Too many requests at once for this key’s plan. Try again in a second.'
  return said
}
