/** AWS STS on this machine: lets any role be assumed, with rights that tell whose account it is. */
import { randomBytes } from 'node:crypto'
import type { LocalService, ServiceAnswer } from './service.ts'

const version = '2011-06-15'
const namespace = `https://sts.amazonaws.com/doc/${version}/`

/** AWS, AssumeRole: what its parameters must match. */
const parameters = {
  RoleArn: /^arn:aws[\w-]*:iam::\d{12}:role\/[\w+=,.@/-]{1,512}$/,
  RoleSessionName: /^[\w+=,.@-]{2,64}$/,
} as const

/** Seconds; a role that was itself assumed can be given at most an hour. */
const duration = { least: 900, most: 3_600, usual: 3_600 }

/** `now` in milliseconds since 1970. */
export function openSts(now: () => number = Date.now): LocalService {
  return function answer({ method, path, body, query }) {
    const asked = new URLSearchParams(method === 'POST' ? body : query)
    const action = asked.get('Action') ?? ''
    if (path !== '/' || asked.get('Version') !== version || action !== 'AssumeRole') {
      const message = `Could not find operation ${action} for version ${asked.get('Version')}; on this machine there is AssumeRole of ${version}.`
      return refusal(400, 'InvalidAction', message)
    }
    for (const [name, form] of Object.entries(parameters)) {
      const value = asked.get(name) ?? ''
      if (!form.test(value)) return refusal(400, 'ValidationError', invalid(name, value, form))
    }
    const seconds = Number(asked.get('DurationSeconds') ?? duration.usual)
    if (!(seconds >= duration.least && seconds <= duration.most)) {
      const message = `The requested DurationSeconds must be from ${duration.least} to ${duration.most} for roles assumed by role chaining.`
      return refusal(400, 'ValidationError', message)
    }
    const [role, session] = [asked.get('RoleArn') ?? '', asked.get('RoleSessionName') ?? '']
    const until = new Date(now() + seconds * 1_000).toISOString().replace(/\.\d{3}/, '')
    return { status: 200, headers: xmlType, body: assumed(role, session, until) }
  }
}

/** `ASIA0000222222222222` signs for account 222222222222. */
export const accessKeyOf = (account: string): string => `ASIA0000${account}`

const xmlType = { 'content-type': 'text/xml' }

const invalid = (name: string, value: string, { source }: RegExp): string =>
  `1 validation error detected: Value '${value}' at '${name.charAt(0).toLowerCase()}${name.slice(1)}' failed to satisfy constraint: Member must satisfy regular expression pattern: ${source}`

function assumed(role: string, session: string, until: string): string {
  const [, account = '', name = ''] = /::(\d{12}):role\/(?:.*\/)?([^/]+)$/.exec(role) ?? []
  const key = accessKeyOf(account)
  return `<AssumeRoleResponse xmlns="${namespace}">
  <AssumeRoleResult>
    <AssumedRoleUser>
      <AssumedRoleId>AROA0000${account}:${escaped(session)}</AssumedRoleId>
      <Arn>arn:aws:sts::${account}:assumed-role/${escaped(name)}/${escaped(session)}</Arn>
    </AssumedRoleUser>
    <Credentials>
      <AccessKeyId>${key}</AccessKeyId>
      <SecretAccessKey>${randomBytes(30).toString('base64')}</SecretAccessKey>
      <SessionToken>${randomBytes(300).toString('base64')}</SessionToken>
      <Expiration>${until}</Expiration>
    </Credentials>
  </AssumeRoleResult>
  <ResponseMetadata><RequestId>00000000-0000-0000-0000-000000000000</RequestId></ResponseMetadata>
</AssumeRoleResponse>
`
}

/** In XML, as the services that speak AWS's Query protocol refuse. */
export function refusal(status: number, code: string, message: string): ServiceAnswer {
  const body = `<ErrorResponse xmlns="${namespace}">
  <Error><Type>Sender</Type><Code>${code}</Code><Message>${escaped(message)}</Message></Error>
  <RequestId>00000000-0000-0000-0000-000000000000</RequestId>
</ErrorResponse>
`
  return { status, headers: xmlType, body }
}

const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
