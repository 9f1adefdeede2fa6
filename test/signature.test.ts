/** Our signature is the AWS SDK's own, for any request. */
import { createHash, createHmac } from 'node:crypto'
import { SignatureV4 } from '@smithy/signature-v4'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { encodedSegment, signed } from '../lambda/aws/signature.ts'
import { runs } from './support/effort.ts'

/** The SDK's signer takes a hash of this shape. */
class Sha256 {
  readonly hash
  constructor(key?: string | Uint8Array) {
    this.hash = key === undefined ? createHash('sha256') : createHmac('sha256', key)
  }
  update(data: string | Uint8Array) {
    this.hash.update(data)
  }
  async digest() {
    return new Uint8Array(this.hash.digest())
  }
  reset() {}
}

const word = fc.string({ unit: fc.constantFrom(...'abcXYZ019-._~'), minLength: 1, maxLength: 20 })
const modelId = fc.oneof(
  fc.constantFrom(
    'amazon.nova-lite-v1:0',
    'us.anthropic.claude-opus-5',
    'arn:aws:bedrock:us-east-1:123456789012:inference-profile/us.x:0',
  ),
  fc.string({ unit: fc.constantFrom(..."aZ0:/%!'()* ü"), minLength: 1, maxLength: 30 }),
)

it('is what @smithy/signature-v4 makes of the same request', async () => {
  await fc.assert(
    fc.asyncProperty(
      modelId,
      word,
      word,
      fc.option(word, { nil: undefined }),
      fc.constantFrom('us-east-1', 'eu-central-1'),
      fc.uint8Array({ maxLength: 200 }),
      fc.date({ min: new Date('2024-01-01'), max: new Date('2030-01-01'), noInvalidDate: true }),
      async (id, accessKeyId, secretAccessKey, sessionToken, region, body, date) => {
        const credentials = {
          accessKeyId,
          secretAccessKey,
          ...(sessionToken !== undefined && { sessionToken }),
        }
        const path = `/model/${encodedSegment(id)}/invoke`
        const host = `bedrock-runtime.${region}.amazonaws.com`
        const headers = { 'content-type': 'application/json' }
        const signer = new SignatureV4({
          credentials,
          region,
          service: 'bedrock',
          sha256: Sha256 as never,
          applyChecksum: false,
        })
        const request = {
          method: 'POST',
          protocol: 'https:',
          hostname: host,
          path,
          headers: { ...headers, host },
          body,
        }
        const theirs = await signer.sign(request as never, { signingDate: date })
        const ours = signed(
          { host, path, headers, body },
          { service: 'bedrock', region },
          credentials,
          date.getTime(),
        )
        const { headers: signedHeaders } = theirs as unknown as { headers: Record<string, string> }
        expect(ours.authorization).toBe(signedHeaders.authorization)
      },
    ),
    { numRuns: runs(200, 20_000) },
  )
})
