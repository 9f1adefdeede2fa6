/** Whose rights a request to AWS is made with: the function's own, or those of a role it may assume. */
import { assumeRole, openAssumedRoles } from './assumed-role.ts'
import { environmentCredentials } from './environment.ts'
import type { Credentials } from './signature.ts'

type Source = () => Promise<Credentials>

let elsewhere: Source | undefined

/** `role`: ARN of another account's. */
export const credentials = (role?: string): Promise<Credentials> =>
  role === undefined ? own() : assumed(role)

const assumed = openAssumedRoles({ assume: async (role) => assumeRole(role, await own()) })

/** Elsewhere than in Lambda, where the environment has them, the SDK looks in all of its places. */
async function own(): Promise<Credentials> {
  const found = environmentCredentials()
  if (found !== undefined) return found
  elsewhere ??= await sdkChain()
  return elsewhere()
}

/** Loaded only where it is needed: the SDK is most of what a cold start would cost. */
async function sdkChain(): Promise<Source> {
  const { BedrockRuntimeClient } = await import('@aws-sdk/client-bedrock-runtime')
  return new BedrockRuntimeClient({}).config.credentials
}
