/** Whose rights a request to Bedrock is made with: the function's own, as Lambda gives them. */
import type { Credentials } from './signature.ts'

type Source = () => Promise<Credentials>

let elsewhere: Source | undefined

/** Elsewhere than in Lambda, where the environment has them, the SDK looks in all of its places. */
export async function credentials(): Promise<Credentials> {
  const { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN } = process.env
  if (AWS_ACCESS_KEY_ID !== undefined && AWS_SECRET_ACCESS_KEY !== undefined) {
    return {
      accessKeyId: AWS_ACCESS_KEY_ID,
      secretAccessKey: AWS_SECRET_ACCESS_KEY,
      ...(AWS_SESSION_TOKEN !== undefined && { sessionToken: AWS_SESSION_TOKEN }),
    }
  }
  elsewhere ??= await sdkChain()
  return elsewhere()
}

/** Loaded only where it is needed: the SDK is most of what a cold start would cost. */
async function sdkChain(): Promise<Source> {
  const { BedrockRuntimeClient } = await import('@aws-sdk/client-bedrock-runtime')
  return new BedrockRuntimeClient({}).config.credentials
}
