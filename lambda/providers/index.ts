/** Who carries the bytes, by the type of a target; others than Bedrock are loaded when one is asked. */
import type { OutsideTarget, Provider } from '../core/contracts.ts'
import { bedrock } from './bedrock.ts'

type Outside = Provider<OutsideTarget>

const outside: Readonly<Record<OutsideTarget['type'], () => Promise<Outside>>> = {
  openai: async () => (await import('./openai.ts')).openai,
  azure: async () => (await import('./openai.ts')).openai,
  anthropic: async () => (await import('./anthropic.ts')).anthropic,
  cohere: async () => (await import('./cohere.ts')).cohere,
}

export const provider: Provider = async (call, deadline) => {
  const { target } = call
  if (target.type === 'bedrock') return bedrock({ ...call, target }, deadline)
  const ask = await outside[target.type]()
  return ask({ ...call, target }, deadline)
}
