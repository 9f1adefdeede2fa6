/** Who carries the bytes, by the name a target gives. */
import type { Provider, Target } from '../core/contracts.ts'
import { bedrock } from './bedrock.ts'

const providers = { bedrock } as const satisfies Record<Target['provider'], Provider>

export const provider: Provider = (call) => providers[call.target.provider](call)
