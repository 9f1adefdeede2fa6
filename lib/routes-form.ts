/** The form of where calls go: regions, other providers, Cloudflare, and an alias with targets. */

import { anyModelById } from '../lambda/models/index.ts'
import {
  type Check,
  entries,
  fields,
  isObject,
  list,
  matching,
  oneOf,
  problem,
  shown,
  such,
  text,
  wholeNumber,
} from './checks.ts'
import { chatLimits, region, row, someFacts, vectorLengths } from './model-form.ts'
import { chatPrice, embeddingPrice } from './price-form.ts'
import { rulesFields } from './rules-form.ts'

const regionFields = fields(
  { region },
  {
    endpoint: matching(/^https?:\/\/[^\s/]+/, 'an http:// or https:// address'),
    vpcEndpoint: matching(
      /^vpce-[0-9a-z-]+\.bedrock-runtime\.[a-z0-9-]+\.vpce\.amazonaws\.com(\.cn)?$/,
      'the DNS name of an interface endpoint, such as vpce-0a1b-2c3d.bedrock-runtime.us-west-2.vpce.amazonaws.com',
    ),
  },
)

export const regionEntry: Check = (value, path) => {
  if (!isObject(value)) return region(value, path)
  const both = value.endpoint !== undefined && value.vpcEndpoint !== undefined
  const one = 'needs no endpoint beside it: one address a region'
  return [
    ...regionFields(value, path),
    ...(both ? [problem(`${path}.vpcEndpoint`, value.vpcEndpoint, one)] : []),
  ]
}

/** The whole ARN: policies and reads by half a name are a guess at its six last characters. */
const secretArn = matching(
  /^arn:aws[a-z-]*:secretsmanager:[a-z0-9-]+:\d{12}:secret:[A-Za-z0-9/_+=.@-]+-[A-Za-z0-9]{6}$/,
  'the whole ARN of a secret, such as arn:aws:secretsmanager:us-east-1:123456789012:secret:openai-AbCdEf',
)

/** Who writes the key itself here is not shown it again in the log of a pipeline. */
const secret: Check = (value, path) => {
  const isKey = typeof value === 'string' && !value.startsWith('arn:')
  const problems = secretArn(value, path)
  return isKey
    ? problems.map((line) => line.replace(shown(value), 'a text that is no ARN'))
    : problems
}

const ownNetwork =
  /^(localhost|127\.[\d.]+|\[::1\]|10\.[\d.]+|192\.168\.[\d.]+|172\.(1[6-9]|2\d|3[01])\.[\d.]+|[^.]+|.+\.(internal|local))$/

/** A server on one's own network may be without TLS; nobody else reads a key or a prompt in the clear. */
const plainAddress: Check = such(
  'an https:// address without query, or an http:// one of your own network',
  (value) => {
    const url = typeof value === 'string' ? URL.parse(value) : null
    if (url === null || /[?#\s]/.test(`${value}`)) return false
    return url.protocol === 'https:' || (url.protocol === 'http:' && ownNetwork.test(url.hostname))
  },
)

const address: Check = (value, path) =>
  typeof value === 'string' && value.includes('@')
    ? [`${path}: got an address with a name or password, which belong into key`]
    : plainAddress(value, path)

const azureAddress: Check = (value, path) => {
  const problems = address(value, path)
  if (problems.length > 0 || URL.parse(`${value}`)?.pathname === '/') return problems
  return [problem(path, value, 'needs the resource’s address alone: https://NAME.openai.azure.com')]
}

const providerForms: Readonly<Record<string, Check>> = {
  openai: fields({ type: text, url: address }, { key: secret }),
  azure: fields({
    type: text,
    url: azureAddress,
    apiVersion: matching(/^[A-Za-z0-9.-]+$/, 'a version, such as 2024-10-21'),
    key: secret,
  }),
  anthropic: fields({ type: text, key: secret }, { url: address }),
  cohere: fields({ type: text, key: secret }, { url: address }),
}

const provider: Check = (value, path) => {
  if (!isObject(value)) return [problem(path, value, 'needs an object')]
  const form = Object.hasOwn(providerForms, `${value.type}`) && providerForms[`${value.type}`]
  if (form) return form(value, path)
  return oneOf(...Object.keys(providerForms))(value.type, `${path}.type`)
}

const providerName = such(
  'names of lower-case letters, digits and -, other than bedrock',
  (value) => /^[a-z0-9][a-z0-9-]{0,39}$/.test(`${value}`) && value !== 'bedrock',
)

const cloudflare = fields(
  {
    account: matching(/^[0-9a-f]{32}$/, 'an account id of 32 hexadecimal digits'),
    gateway: matching(/^[A-Za-z0-9_-]{1,64}$/, 'the name of an AI Gateway'),
  },
  { token: secret },
)

/** API Gateway cuts a connection on which nothing was said for 300 seconds. */
const milliseconds = wholeNumber(1, 290_000)

/** What the whole configuration may say of where calls go, besides regions and models. */
export const routeFields: Readonly<Record<string, Check>> = {
  providers: entries(providerName, provider),
  cloudflare,
  timeouts: fields({}, { firstByteMs: milliseconds, idleMs: milliseconds }),
}

const weight: Check = such(
  'a number of at least 0',
  (value) => typeof value === 'number' && Number.isFinite(value) && value >= 0,
)

const bedrockTarget = fields(
  { model: (value, path) => (isObject(value) ? row : text)(value, path) },
  {
    region,
    account: matching(/^\d{12}$/, 'an AWS account of twelve digits'),
    via: oneOf('cloudflare'),
    weight,
  },
)

const outsideFields = (price: Check): Check =>
  fields(
    { provider: text, model: text },
    {
      weight,
      like: text,
      name: text,
      price,
      limits: chatLimits,
      accepts: someFacts,
      dimensions: vectorLengths,
    },
  )

const chatTarget = outsideFields(chatPrice)
const embeddingTarget = outsideFields(embeddingPrice)

/** Vectors are not billed, so their price has another form. */
const isForVectors = ({ dimensions, like }: Record<string, unknown>): boolean =>
  dimensions !== undefined || anyModelById.get(`${like}`)?.task === 'embed'

const target: Check = (value, path) => {
  if (!isObject(value) || !Object.hasOwn(value, 'provider')) return bedrockTarget(value, path)
  return (isForVectors(value) ? embeddingTarget : chatTarget)(value, path)
}

/** An alias with a list of targets. */
export const route = fields(
  { targets: list(target, 1) },
  { strategy: oneOf('priority', 'weighted', 'least-latency'), ...rulesFields },
)
