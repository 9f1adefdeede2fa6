/** Looks at `Authorization` as Bedrock does, but for the signature itself: nobody knows the secret. */
import { BedrockException } from './exceptions.ts'

const algorithm = 'AWS4-HMAC-SHA256'
const service = 'bedrock'
const terminator = 'aws4_request'
/** Over HTTP/2 the AWS SDK for JavaScript signs `:authority` in place of `host`. */
const hostNames = ['host', ':authority']

/** Throws the 403 that Bedrock in `region` would answer; a Bedrock API key comes as `Bearer`. */
export function checkAuthorization(authorization: string | undefined, region: string): void {
  if (authorization === undefined || authorization === '') {
    throw new BedrockException('MissingAuthenticationTokenException')
  }
  const [scheme = '', ...rest] = authorization.split(' ')
  const parameters = rest.join(' ').trim()
  switch (scheme) {
    case 'Bearer':
      checkBearer(parameters)
      break
    case algorithm:
      checkSignature(parameters, region)
      break
    default: {
      const message = `Unsupported AWS 'algorithm': '${scheme}', must be '${algorithm}' or 'Bearer'.`
      throw new BedrockException('IncompleteSignatureException', message)
    }
  }
}

/** Who says to have signed it. */
export const signerIn = (authorization: string | undefined): string | undefined =>
  /\bCredential=([^/, ]+)\//.exec(authorization ?? '')?.[1]

function checkBearer(token: string): void {
  if (token !== '') return
  const message = 'Authentication failed: Please make sure your API Key is valid.'
  throw new BedrockException('AccessDeniedException', message)
}

function checkSignature(parameters: string, region: string): void {
  const values = new Map(parameters.split(',').map(keyAndValue))
  for (const name of ['Credential', 'Signature', 'SignedHeaders']) {
    if (values.has(name)) continue
    const message = `Authorization header requires '${name}' parameter.`
    throw new BedrockException('IncompleteSignatureException', message)
  }
  const headers = (values.get('SignedHeaders') ?? '').split(';')
  if (!hostNames.some((name) => headers.includes(name))) {
    throw new BedrockException('InvalidSignatureException', "'Host' must be a 'SignedHeader'.")
  }
  if (!/^[0-9a-f]{64}$/.test(values.get('Signature') ?? '')) {
    throw new BedrockException('InvalidSignatureException')
  }
  checkScope(values.get('Credential') ?? '', region)
}

function keyAndValue(parameter: string): readonly [string, string] {
  const [key = '', ...value] = parameter.trim().split('=')
  return [key, value.join('=')]
}

function checkScope(credential: string, region: string): void {
  const [end, asService, asRegion, date, ...keyId] = credential.split('/').reverse()
  if (keyId.join('/') === '') throw new BedrockException('UnrecognizedClientException')
  const wrong: readonly (readonly [boolean, string])[] = [
    [end !== terminator, `a valid terminator: '${terminator}', not '${end}'.`],
    [asService !== service, `correct service: '${service}', not '${asService}'.`],
    [asRegion !== region, `a valid region: '${region}', not '${asRegion}'.`],
    [!/^\d{8}$/.test(date ?? ''), `a date as YYYYMMDD, not '${date}'.`],
  ]
  const found = wrong.find(([isWrong]) => isWrong)
  if (found === undefined) return
  const message = `Credential should be scoped to ${found[1]}`
  throw new BedrockException('InvalidSignatureException', message)
}
