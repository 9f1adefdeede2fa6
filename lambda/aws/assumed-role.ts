/** The rights of a role in another account: asked of AWS STS, kept until shortly before they end. */
import { bytesOf, post } from '../net/post.ts'
import { type Credentials, signed } from './signature.ts'

export type Temporary = {
  readonly credentials: Credentials
  /** Milliseconds since 1970. */
  readonly until: number
}

/** `name` is AWS's own name of what was wrong; with 503 it may be right the next time. */
export class RoleFailure extends Error {
  readonly status: 403 | 503

  constructor(name: string, status: 403 | 503) {
    super('The role of another account could not be assumed.')
    this.name = name
    this.status = status
  }
}

const service = 'sts'

/** Of each try. */
const patienceMs = [1_000, 1_000]

const headers = { 'content-type': 'application/x-www-form-urlencoded; charset=utf-8' }

/** Shown by CloudTrail of both accounts. */
const sessionName = 'tollgate'

/** The most AWS gives to a role that was itself assumed, as the function's is. */
const durationSeconds = 3_600

/** AWS, AssumeRole; answered in XML alone. Rejects with a RoleFailure. */
export async function assumeRole(role: string, own: Credentials): Promise<Temporary> {
  let failure: unknown
  for (const ms of patienceMs) {
    try {
      return await asked(role, own, AbortSignal.timeout(ms))
    } catch (thrown) {
      if (thrown instanceof RoleFailure && thrown.status === 403) throw thrown
      failure = thrown
    }
  }
  throw failure instanceof RoleFailure ? failure : new RoleFailure('RoleUnavailable', 503)
}

async function asked(role: string, own: Credentials, signal: AbortSignal): Promise<Temporary> {
  const region = process.env.AWS_REGION ?? 'us-east-1'
  const url = endpointIn(region)
  const form = {
    Action: 'AssumeRole',
    Version: '2011-06-15',
    RoleArn: role,
    RoleSessionName: sessionName,
    DurationSeconds: String(durationSeconds),
  }
  const body = Buffer.from(new URLSearchParams(form).toString())
  const unsigned = { host: url.host, path: url.pathname, headers, body }
  const ready = signed(unsigned, { service, region }, own, Date.now())
  const answer = await post({ url, headers: ready, body, signal })
  const xml = (await bytesOf(answer)).toString()
  if (answer.statusCode !== 200) throw refusal(answer.statusCode ?? 0, xml)
  return readAnswer(xml)
}

function endpointIn(region: string): URL {
  const suffix = region.startsWith('cn-') ? 'amazonaws.com.cn' : 'amazonaws.com'
  return new URL(process.env.AWS_ENDPOINT_URL_STS ?? `https://${service}.${region}.${suffix}`)
}

/** STS throttles with status 400. */
function refusal(status: number, xml: string): RoleFailure {
  const name = textOf(xml, 'Code') ?? `HTTP${status}`
  return new RoleFailure(name, status >= 500 || /^Throttling/.test(name) ? 503 : 403)
}

function readAnswer(xml: string): Temporary {
  const accessKeyId = textOf(xml, 'AccessKeyId')
  const secretAccessKey = textOf(xml, 'SecretAccessKey')
  const sessionToken = textOf(xml, 'SessionToken')
  const until = Date.parse(textOf(xml, 'Expiration') ?? '')
  if (accessKeyId === undefined || secretAccessKey === undefined || sessionToken === undefined) {
    throw new RoleFailure('NoCredentialsInAnswer', 503)
  }
  if (Number.isNaN(until)) throw new RoleFailure('NoCredentialsInAnswer', 503)
  return { credentials: { accessKeyId, secretAccessKey, sessionToken }, until }
}

/** None of what is read has a character that XML would write otherwise. */
const textOf = (xml: string, name: string): string | undefined =>
  new RegExp(`<${name}>\\s*([^<>&\\s]+)\\s*</${name}>`).exec(xml)?.[1]

/** Milliseconds before their end: from here on new ones are fetched, while these are still used. */
const renewMs = 300_000
/** From here on they are not: what is signed now must also arrive. */
const spentMs = 15_000

export type AssumedRolesParts = {
  readonly assume: (role: string) => Promise<Temporary>
  readonly now?: () => number
}

/** Those who ask at once share one request; one that failed is not kept. */
export function openAssumedRoles({ assume, now = Date.now }: AssumedRolesParts) {
  const kept = new Map<string, Temporary>()
  const underway = new Map<string, Promise<Temporary>>()

  function renewed(role: string): Promise<Temporary> {
    const already = underway.get(role)
    if (already !== undefined) return already
    const asked = assume(role)
      .then((one) => {
        kept.set(role, one)
        return one
      })
      .finally(() => underway.delete(role))
    underway.set(role, asked)
    return asked
  }

  return async function assumed(role: string): Promise<Credentials> {
    const one = kept.get(role)
    const left = one === undefined ? 0 : one.until - now()
    if (one === undefined || left <= spentMs) return (await renewed(role)).credentials
    /** Nobody waits for it; who comes when the old ones are spent is told what is wrong. */
    if (left <= renewMs) renewed(role).catch(() => {})
    return one.credentials
  }
}
