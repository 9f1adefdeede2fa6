/** The floor: a request that is ready, sent as it is, its answer read and dropped. */
import { bedrockBody, sentAs } from '../question.ts'
import type { Contender } from './contender.ts'
import { post } from './post.ts'

export const straight: Contender = ({ bytes, stream }) => {
  const body = Buffer.from(bedrockBody(bytes))
  const verb = stream ? 'invoke-with-response-stream' : 'invoke'
  const path = `/model/${encodeURIComponent(sentAs)}/${verb}`
  const headers = { 'content-type': 'application/json', accept: 'application/json' }
  return async () => (await post(path, headers, body)).firstByte
}
