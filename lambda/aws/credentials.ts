/** Whose rights a request to AWS is made with: the function's own, as Lambda gives them. */
import { environmentCredentials } from './environment.ts'
import type { Credentials } from './signature.ts'

type Source = () => Promise<Credentials>

let elsewhere: Source | undefined

/** Elsewhere than in Lambda, where the environment has them, the SDK looks in all of its places. */
export async function credentials(): Promise<Credentials> {
  const own = environmentCredentials()
  if (own !== undefined) return own
  elsewhere ??= await sdkChain()
  return elsewhere()
}

/** Loaded only where it is needed: the SDK is most of what a cold start would cost. */
async function sdkChain(): Promise<Source> {
  const { BedrockRuntimeClient } = await import('@aws-sdk/client-bedrock-runtime')
  return new BedrockRuntimeClient({}).config.credentials
}
