/** Makes the secret part of a team's key when the stack is deployed, and tells nobody else. */
import { randomBytes } from 'node:crypto'
import { request as requestHttp } from 'node:http'
import { request as requestHttps } from 'node:https'
import { secretLength } from './core/key.ts'

type Properties = { readonly Team?: string; readonly Rotation?: string }

/** CloudFormation's custom resource request. */
export type TeamKeyEvent = {
  readonly RequestType: 'Create' | 'Update' | 'Delete'
  readonly ResponseURL: string
  readonly StackId: string
  readonly RequestId: string
  readonly LogicalResourceId: string
  readonly PhysicalResourceId?: string
  readonly ResourceProperties: Properties
  readonly OldResourceProperties?: Properties
}

type Outcome =
  | { readonly Status: 'SUCCESS'; readonly Data?: { readonly Secret: string } }
  | { readonly Status: 'FAILED'; readonly Reason: string }

const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789'

/** The largest multiple of 62 in a byte: what lies above would favour the first letters. */
const fair = 256 - (256 % letters.length)

export function makeSecret(random: (size: number) => Uint8Array = randomBytes): string {
  let secret = ''
  while (secret.length < secretLength) {
    for (const byte of random(secretLength)) {
      if (byte < fair && secret.length < secretLength) secret += letters[byte % letters.length]
    }
  }
  return secret
}

export async function handler(event: TeamKeyEvent): Promise<void> {
  const { StackId, RequestId, LogicalResourceId, ResourceProperties } = event
  const PhysicalResourceId = event.PhysicalResourceId ?? `team-key-${ResourceProperties.Team}`
  const about = { StackId, RequestId, LogicalResourceId, PhysicalResourceId, NoEcho: true }
  await put(event.ResponseURL, JSON.stringify({ ...about, ...outcome(event) }))
}

function outcome({
  RequestType,
  ResourceProperties,
  OldResourceProperties,
}: TeamKeyEvent): Outcome {
  if (RequestType === 'Delete') return { Status: 'SUCCESS' }
  const rotated = ResourceProperties.Rotation !== OldResourceProperties?.Rotation
  const renamed = ResourceProperties.Team !== OldResourceProperties?.Team
  if (RequestType === 'Create' || rotated || renamed) {
    return { Status: 'SUCCESS', Data: { Secret: makeSecret() } }
  }
  const Reason = 'A secret is told once; a change of Rotation makes a new one.'
  return { Status: 'FAILED', Reason }
}

/** Fails without the address in its message: whoever has it can answer in our place. */
function put(address: string, body: string): Promise<void> {
  const url = new URL(address)
  const send = url.protocol === 'http:' ? requestHttp : requestHttps
  const headers = { 'content-type': '', 'content-length': Buffer.byteLength(body) }
  return new Promise((resolve, reject) => {
    const request = send(url, { method: 'PUT', headers }, (response) => {
      response.resume()
      const status = response.statusCode ?? 0
      if (status < 300) response.on('end', resolve)
      else reject(new Error(`CloudFormation did not take the answer: ${status}`))
    })
    request.on('error', ({ code }: NodeJS.ErrnoException) =>
      reject(new Error(`CloudFormation could not be reached: ${code}`)),
    )
    request.end(body)
  })
}
