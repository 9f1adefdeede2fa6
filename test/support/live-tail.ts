/** A deployed stack’s log, as CloudFormation and CloudWatch Logs answer for it on the wire. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { onTestFinished } from 'vitest'
import { encodeFrame, eventStreamType, exceptionFrame } from '../../local/simulator/event-stream.ts'

export type Session = {
  /** What was asked for. */
  readonly input: Readonly<Record<string, unknown>>
  readonly update: (messages: readonly string[], sampled?: boolean) => void
  /** Ends it as CloudWatch does, after three hours or by a fault of its own. */
  readonly except: (name: string) => void
  readonly cut: () => void
  /** Resolves when the client has left. */
  readonly left: Promise<void>
}

export type Logged = { readonly timestamp: number; readonly message: string }

export type FakeLogs = {
  readonly url: string
  /** `DescribeStacks`, `StartLiveTail`, … in the order they came. */
  readonly asked: string[]
  /** The next session that is started. */
  readonly session: () => Promise<Session>
  /** By the operation's name: a refusal in its place. */
  readonly refusing: Map<string, { readonly status: number; readonly name: string }>
}

type Answer = (request: IncomingMessage, response: ServerResponse, body: string) => void

const groups = {
  GatewayLogs64F6314F: 'Tollgate-GatewayLogs64F6314F-x',
  AccessLogs8B620ECA: 'Tollgate-AccessLogs8B620ECA-x',
  AuthorizerFunctionLogsBF52B654: 'Tollgate-AuthorizerFunctionLogs-x',
  Gateway43CB3636: 'Tollgate-Gateway43CB3636-x',
}

/** `earlier`: what FilterLogEvents finds, a page each. */
export async function startLogs(earlier: readonly (readonly Logged[])[] = []): Promise<FakeLogs> {
  const asked: string[] = []
  const started: Session[] = []
  const waiting: ((session: Session) => void)[] = []
  const refusing: FakeLogs['refusing'] = new Map()

  const answers: Readonly<Record<string, Answer>> = {
    DescribeStacks: (_, response, body) => {
      const name = new URLSearchParams(body).get('StackName') ?? ''
      const id = `arn:aws:cloudformation:us-east-1:123456789012:stack/${name}/1`
      const stack = `<StackName>${name}</StackName><StackId>${id}</StackId>`
      const time = '<CreationTime>2026-11-21T12:00:00Z</CreationTime>'
      const status = '<StackStatus>CREATE_COMPLETE</StackStatus>'
      xml(response, 'DescribeStacks', `<Stacks><member>${stack}${time}${status}</member></Stacks>`)
    },
    ListStackResources: (_, response, body) => {
      const [first, ...others] = Object.entries(groups)
      const more = !new URLSearchParams(body).has('NextToken')
      const shown = more ? [first ?? ['', '']] : others
      const members = shown.map(
        ([logical, physical]) =>
          `<member><LogicalResourceId>${logical}</LogicalResourceId><PhysicalResourceId>${physical}</PhysicalResourceId></member>`,
      )
      const list = `<StackResourceSummaries>${members.join('')}</StackResourceSummaries>`
      xml(response, 'ListStackResources', more ? `${list}<NextToken>more</NextToken>` : list)
    },
    FilterLogEvents: (_, response, body) => {
      const { logGroupIdentifier, nextToken = '0' } = JSON.parse(body)
      const mine = logGroupIdentifier.includes('GatewayLogs') ? earlier : []
      const page = Number(nextToken)
      const next = page + 1 < mine.length ? { nextToken: String(page + 1) } : {}
      json(response, 200, { events: mine[page] ?? [], ...next })
    },
    StartLiveTail: (request, response, body) => {
      response.writeHead(200, { 'content-type': eventStreamType })
      response.write(frame('initial-response', {}))
      response.write(frame('sessionStart', { sessionId: 'one' }))
      const session = sessionOn(response, JSON.parse(body))
      request.socket.on('error', () => {})
      const next = waiting.shift()
      if (next === undefined) started.push(session)
      else next(session)
    },
  }

  const server = createServer(async (request, response) => {
    const body = await text(request)
    const target = String(request.headers['x-amz-target'] ?? '').split('.')[1]
    const operation = target ?? new URLSearchParams(body).get('Action') ?? ''
    asked.push(operation)
    const refusal = refusing.get(operation)
    if (refusal !== undefined) {
      json(response, refusal.status, { __type: refusal.name, message: 'no such right' })
    } else answers[operation]?.(request, response, body)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    refusing,
    session: async () =>
      started.shift() ?? new Promise<Session>((resolve) => waiting.push(resolve)),
  }
}

const sessionOn = (response: ServerResponse, input: Session['input']): Session => ({
  input,
  update: (messages, sampled = false) =>
    void response.write(
      frame('sessionUpdate', {
        sessionMetadata: { sampled },
        sessionResults: messages.map((message) => ({ message, timestamp: Date.now() })),
      }),
    ),
  except: (name) => void response.end(exceptionFrame(name, 'It is over.')),
  cut: () => void response.socket?.destroy(),
  left: new Promise((resolve) => response.on('close', () => resolve())),
})

const frame = (type: string, payload: object): Buffer =>
  encodeFrame(
    {
      ':message-type': 'event',
      ':event-type': type,
      ':content-type': 'application/x-amz-json-1.1',
    },
    Buffer.from(JSON.stringify(payload)),
  )

function json(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/x-amz-json-1.1' })
  response.end(JSON.stringify(body))
}

function xml(response: ServerResponse, action: string, result: string): void {
  response.writeHead(200, { 'content-type': 'text/xml' })
  const space = 'xmlns="http://cloudformation.amazonaws.com/doc/2010-05-15/"'
  response.end(
    `<${action}Response ${space}><${action}Result>${result}</${action}Result></${action}Response>`,
  )
}
