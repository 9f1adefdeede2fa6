/** The way to Bedrock through Cloudflare's AI Gateway: its address, and the headers it is asked by. */
import { createHash } from 'node:crypto'
import { encodedSegment } from '../aws/signature.ts'
import type { BedrockTarget, TargetedCall } from '../core/contracts.ts'
import type { CloudflareConfig } from '../core/routes-config.ts'
import { forgetKey, providerKey } from './provider-key.ts'
import { type Labelled, ownLabels } from './request-metadata.ts'

export type Through = Labelled & Pick<TargetedCall, 'cloudflare'>

/** What is asked, as Bedrock would be asked it, without the gateway's own labels. */
export type Asked = {
  readonly operation: string
  readonly modelId: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: Uint8Array
  /** Under which guardrail of the operator's. */
  readonly guardrail?: string | undefined
}

/**
 * Cloudflare, "Amazon Bedrock": `https://bedrock-runtime.REGION.amazonaws.com/` gives its place to
 * this. `TOLLGATE_CLOUDFLARE_URL` is for one machine, where nothing shall leave it.
 */
export function cloudflareBase({ account, gateway }: CloudflareConfig, region: string): URL {
  const own = process.env.TOLLGATE_CLOUDFLARE_URL ?? 'https://gateway.ai.cloudflare.com'
  const place = `v1/${encodedSegment(account)}/${encodedSegment(gateway)}`
  return new URL(`${own.replace(/\/$/, '')}/${place}/aws-bedrock/bedrock-runtime/${region}`)
}

/** As Cloudflare's own example signs and sends it: a colon of a model's id stays one. */
export const cloudflareSegment = (modelId: string): string =>
  encodedSegment(modelId).replaceAll('%3A', ':')

/** None of them is part of the signature: Cloudflare does not pass them on. */
export async function cloudflareHeaders(
  { token }: CloudflareConfig,
  call: Through,
  asked: Asked,
): Promise<Record<string, string>> {
  const wishes = sendable(call)
  return {
    ...logging(wishes),
    ...caching(wishes, call, asked),
    'cf-aig-metadata': metadata(wishes['cf-aig-metadata'], call),
    /** Cloudflare can be set to try again by itself; attempts are the gateway's to make, and to count. */
    'cf-aig-max-attempts': '1',
    ...(token !== undefined && { 'cf-aig-authorization': `Bearer ${await providerKey(token)}` }),
  }
}

/** It was refused by Cloudflare itself: a changed token shall be found. */
export function refusedByCloudflare({ cloudflare }: BedrockTarget, status: number): void {
  if (status === 401 && cloudflare?.token !== undefined) forgetKey(cloudflare.token)
}

type Wishes = Readonly<Record<string, string>>

/** Where another target answers these headers say nothing, so they are never worth a refusal. */
function sendable({ cloudflare, notice }: Through): Wishes {
  const all = Object.entries(cloudflare)
  const able = all.filter(([name, value]) => {
    const printable = /^[\x20-\x7e]*$/.test(value) || name === 'cf-aig-metadata'
    if (!printable) notice(`${name}: left out; it has characters that a header cannot have`)
    return printable
  })
  return Object.fromEntries(able)
}

const passed = ['cf-aig-collect-log', 'cf-aig-collect-log-payload']

const logging = (wishes: Wishes): Wishes =>
  Object.fromEntries(Object.entries(wishes).filter(([name]) => passed.includes(name)))

/**
 * Cloudflare's own key of its cache knows Bedrock's account and not our teams: what one team was
 * answered is no other's to get. Where a caller does not ask for it, nothing is remembered.
 */
function caching(wishes: Wishes, { caller: { team } }: Through, asked: Asked): Wishes {
  const { 'cf-aig-cache-ttl': ttl, 'cf-aig-cache-key': key, 'cf-aig-skip-cache': skip } = wishes
  if ((ttl === undefined && key === undefined) || skip === 'true') {
    return { 'cf-aig-skip-cache': 'true' }
  }
  const { operation, modelId, guardrail } = asked
  const own = key ?? digestOf(asked)
  const under = guardrail === undefined ? [] : [guardrail]
  return {
    ...(ttl !== undefined && { 'cf-aig-cache-ttl': ttl }),
    'cf-aig-cache-key': [team, operation, modelId, ...under, own].join(':'),
  }
}

function digestOf({ headers, body }: Asked): string {
  const sorted = Object.entries(headers).toSorted(([one], [other]) => (one < other ? -1 : 1))
  return createHash('sha256').update(JSON.stringify(sorted)).update(body).digest('hex')
}

/** Cloudflare, "Custom metadata": what is more is ignored; strings, numbers and booleans. */
const mostEntries = 5

function metadata(said: string | undefined, call: Through): string {
  const own = ownLabels(call)
  const theirs = said === undefined ? [] : entriesIn(said)
  const others = theirs?.filter(
    ([name, value]) => !Object.hasOwn(own, name) && /string|number|boolean/.test(typeof value),
  )
  const kept = others?.slice(0, mostEntries - Object.keys(own).length) ?? []
  if (theirs === undefined || kept.length < theirs.length) {
    const room = `Cloudflare takes ${mostEntries} strings, numbers and booleans, with the gateway's`
    call.notice(`cf-aig-metadata: not all of it is sent; ${room} ${Object.keys(own).join(', ')}`)
  }
  return asciiJson({ ...Object.fromEntries(kept), ...own })
}

function entriesIn(said: string): [string, unknown][] | undefined {
  try {
    const value: unknown = JSON.parse(said)
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? Object.entries(value)
      : undefined
  } catch {
    return undefined
  }
}

const asciiJson = (value: unknown): string =>
  JSON.stringify(value).replace(
    /[^\x20-\x7e]/g,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
