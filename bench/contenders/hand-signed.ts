/** The least that Bedrock itself would take: the same request, signed by hand, its answer parsed. */
import { createHash, createHmac } from 'node:crypto'
import { bedrockBody, sentAs } from '../question.ts'
import { type Contender, endpoint } from './contender.ts'
import { post } from './post.ts'

const accessKeyId = process.env.AWS_ACCESS_KEY_ID ?? ''
const secret = process.env.AWS_SECRET_ACCESS_KEY ?? ''
const region = 'us-east-1'
const service = 'bedrock'
const host = new URL(endpoint).host

export const handSigned: Contender = ({ bytes }) => {
  const body = Buffer.from(bedrockBody(bytes))
  const path = `/model/${encodeURIComponent(sentAs)}/invoke`
  return async () => {
    const { firstByte, chunks } = await post(path, signed(path, body), body)
    JSON.parse(Buffer.concat(chunks).toString())
    return firstByte
  }
}

const hash = (data: string | Buffer) => createHash('sha256').update(data).digest('hex')
const hmac = (key: string | Buffer, data: string) => createHmac('sha256', key).update(data).digest()

/** AWS Signature Version 4; the path is encoded twice, as for every service but S3. */
function signed(path: string, body: Buffer) {
  const time = new Date().toISOString().replaceAll(/[-:]|\.\d+/g, '')
  const scope = `${time.slice(0, 8)}/${region}/${service}/aws4_request`
  const headers = {
    accept: 'application/json',
    'content-type': 'application/json',
    host,
    'x-amz-content-sha256': hash(body),
    'x-amz-date': time,
  }
  const names = Object.keys(headers).join(';')
  const canonical = [
    'POST',
    path.replaceAll('%', '%25'),
    '',
    ...Object.entries(headers).map(([name, value]) => `${name}:${value}`),
    '',
    names,
    headers['x-amz-content-sha256'],
  ].join('\n')
  const toSign = ['AWS4-HMAC-SHA256', time, scope, hash(canonical)].join('\n')
  const signature = hmac(keyOf(time.slice(0, 8)), toSign).toString('hex')
  const authorization = `AWS4-HMAC-SHA256 Credential=${accessKeyId}/${scope}, SignedHeaders=${names}, Signature=${signature}`
  return { ...headers, authorization }
}

let known: { readonly day: string; readonly key: Buffer } | undefined

/** A key lasts for a day. */
function keyOf(day: string): Buffer {
  if (known?.day !== day) {
    const parts = [day, region, service, 'aws4_request']
    known = { day, key: parts.reduce<Buffer>(hmac, Buffer.from(`AWS4${secret}`)) }
  }
  return known.key
}
