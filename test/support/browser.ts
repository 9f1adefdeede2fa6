/** Fetches as a web page of an origin does: the Fetch standard's own rules, preflight included. */

/** Fetch, "CORS-safelisted": what a page may send without asking. */
const simpleMethods = ['GET', 'HEAD', 'POST']
const simpleHeaders = ['accept', 'accept-language', 'content-language', 'range']
const simpleTypes = [
  'application/x-www-form-urlencoded',
  'multipart/form-data',
  'text/plain',
] as const
/** "CORS-safelisted response-header name": what a page may read without leave. */
const readable = [
  'cache-control',
  'content-language',
  'content-length',
  'content-type',
  'expires',
  'last-modified',
  'pragma',
]

export type Page = {
  readonly fetch: (url: string | URL | Request, init?: RequestInit) => Promise<Response>
  /** Every request that left, as `OPTIONS /path` or `POST /path`. */
  readonly sent: readonly string[]
}

/** What the page’s script is told of all that goes wrong, with the reason the console has. */
const blocked = (reason: string) => new TypeError(`Failed to fetch: ${reason}`)

export function pageOf(origin: string): Page {
  const sent: string[] = []

  async function send(url: string, init: RequestInit): Promise<Response> {
    sent.push(`${init.method ?? 'GET'} ${new URL(url).pathname}`)
    return fetch(url, init)
  }

  function mayRead(answer: Response): void {
    const allowed = answer.headers.get('access-control-allow-origin')
    if (allowed !== '*' && allowed !== origin) throw blocked(`${origin} is not ${allowed}`)
  }

  async function preflight(url: string, method: string, unsafe: readonly string[]): Promise<void> {
    const answer = await send(url, {
      method: 'OPTIONS',
      headers: {
        accept: '*/*',
        origin,
        'access-control-request-method': method,
        ...(unsafe.length > 0 && { 'access-control-request-headers': unsafe.join(',') }),
      },
    })
    mayRead(answer)
    if (!answer.ok) throw blocked(`the preflight has status ${answer.status}`)
    const methods = listOf(answer, 'access-control-allow-methods')
    if (![...simpleMethods, ...methods].includes(method) && !methods.includes('*')) {
      throw blocked(`the method ${method} is not allowed`)
    }
    const headers = listOf(answer, 'access-control-allow-headers').map((one) => one.toLowerCase())
    for (const name of unsafe) {
      const wild = headers.includes('*') && name !== 'authorization'
      if (!wild && !headers.includes(name)) throw blocked(`the header ${name} is not allowed`)
    }
  }

  return {
    sent,
    async fetch(target, init) {
      const request = new Request(target, init)
      const unsafe = [...request.headers].flatMap(([name, value]) =>
        isSafe(name, value) ? [] : [name],
      )
      if (unsafe.length > 0 || !simpleMethods.includes(request.method)) {
        await preflight(request.url, request.method, unsafe.sort())
      }
      const headers = { ...Object.fromEntries(request.headers), origin }
      const body = request.body === null ? null : await request.text()
      const answer = await send(request.url, { method: request.method, headers, body })
      mayRead(answer)
      return shown(answer)
    },
  }
}

function isSafe(name: string, value: string): boolean {
  if (name !== 'content-type') return simpleHeaders.includes(name)
  return simpleTypes.some((type) => value.toLowerCase().startsWith(type))
}

const listOf = ({ headers }: Response, name: string): readonly string[] =>
  (headers.get(name) ?? '').split(',').map((each) => each.trim())

/** Without the headers that the page may not read. */
function shown(answer: Response): Response {
  const exposed = listOf(answer, 'access-control-expose-headers').map((one) => one.toLowerCase())
  const visible = [...answer.headers].filter(
    ([name]) => readable.includes(name) || exposed.includes('*') || exposed.includes(name),
  )
  return new Response(answer.body, { status: answer.status, headers: visible })
}
