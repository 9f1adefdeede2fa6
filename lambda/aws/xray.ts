/**
 * Subsegments of the function's own trace, sent to the X-Ray daemon beside it: one datagram each, in
 * the form of AWS, "AWS X-Ray segment documents" and "Sending segment documents to the X-Ray daemon".
 */
import { randomBytes } from 'node:crypto'

/** A function's trace while it is sampled: AWS, "Tracing header". */
export type Trace = { readonly root: string; readonly parent: string }

/**
 * The runtime sets `_X_AMZN_TRACE_ID` anew for each invocation, streamed ones too
 * (aws-lambda-nodejs-runtime-interface-client, `InvokeContext._forwardXRay`); an environment has one
 * at a time. `undefined` where nothing is traced.
 */
export function sampledTrace(variables: NodeJS.ProcessEnv = process.env): Trace | undefined {
  const { _X_AMZN_TRACE_ID: header, AWS_XRAY_DAEMON_ADDRESS: daemon } = variables
  if (header === undefined || daemon === undefined) return undefined
  const parts = new Map(
    header.split(';').map((part) => part.trim().split('=', 2) as [string, string]),
  )
  const [root, parent] = [parts.get('Root') ?? '', parts.get('Parent') ?? '']
  const isOne = /^1-[\da-f]{8}-[\da-f]{24}$/.test(root) && /^[\da-f]{16}$/.test(parent)
  return isOne && parts.get('Sampled') === '1' ? { root, parent } : undefined
}

export type Subsegment = {
  readonly name: string
  /** Whom it asks: an AWS service, or somebody else. */
  readonly namespace: 'aws' | 'remote'
  /** Milliseconds since 1970. */
  readonly from: number
  readonly to: number
  readonly aws?: Readonly<Record<string, string>>
  /** What it can be found by. */
  readonly annotations: Readonly<Record<string, string>>
  /** A client's fault, with `throttle` also its haste; or the server's. */
  readonly wrong?: 'error' | 'throttle' | 'fault'
}

const flags = {
  error: { error: true },
  throttle: { error: true, throttle: true },
  fault: { fault: true },
} as const

/** Never rejects: a trace that is not sent costs nothing but itself. */
export async function sendSubsegment(
  { root, parent }: Trace,
  { name, namespace, from, to, aws, annotations, wrong }: Subsegment,
): Promise<void> {
  const document = {
    ...{
      type: 'subsegment',
      id: randomBytes(8).toString('hex'),
      trace_id: root,
      parent_id: parent,
    },
    /** X-Ray knows these letters, and 200 of them. */
    name: name.replace(/[^\p{L}\p{N}\s_.:/%&#=+\-@]/gu, '_').slice(0, 200),
    ...{ namespace, start_time: from / 1000, end_time: to / 1000 },
    ...(aws !== undefined && { aws }),
    annotations,
    ...(wrong !== undefined && flags[wrong]),
  }
  try {
    const send = await opened()
    await send(`{"format": "json", "version": 1}\n${JSON.stringify(document)}`)
  } catch {
    socket = undefined
  }
}

type Send = (text: string) => Promise<void>
let socket: Promise<Send> | undefined

const opened = (): Promise<Send> => {
  socket ??= open(process.env.AWS_XRAY_DAEMON_ADDRESS ?? '')
  return socket
}

/** `169.254.100.1:2000`, or `tcp:127.0.0.1:2000 udp:127.0.0.1:2000`. */
function placeOf(address: string): { readonly host: string; readonly port: number } {
  const place = address.split(' ').find((one) => !one.startsWith('tcp:')) ?? ''
  const bare = place.replace(/^udp:/, '')
  const at = bare.lastIndexOf(':')
  return { host: bare.slice(0, at), port: Number(bare.slice(at + 1)) }
}

/** Loaded when the first trace is sampled, and no reason for a process to stay. */
async function open(address: string): Promise<Send> {
  const { createSocket } = await import('node:dgram')
  const { host, port } = placeOf(address)
  const datagrams = createSocket(host.includes(':') ? 'udp6' : 'udp4').unref()
  datagrams.on('error', () => {
    socket = undefined
  })
  return (text) =>
    new Promise((sent, failed) => {
      datagrams.send(text, port, host, (error) => (error === null ? sent() : failed(error)))
    })
}
