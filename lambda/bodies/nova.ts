/** Amazon Nova 1 and 2: one body, of which only the first generation names its schema. */
import type { Body } from '../core/contracts.ts'
import type { JsonObject } from '../core/conversation.ts'
import { converseReply, converseStream } from './converse-reply.ts'
import { novaRequest } from './nova-request.ts'
import { once } from './once.ts'
import { saidNova } from './said-nova.ts'
import { aroundConverse } from './surround.ts'

const nova = (id: string, schema: JsonObject): Body => ({
  id,
  build: (request, model, notice) => ({
    ...schema,
    ...novaRequest(request, model, once(notice)),
  }),
  parse: saidNova,
  surround: aroundConverse,
  read: converseReply,
  openStream: converseStream,
})

export const nova1 = nova('nova', { schemaVersion: 'messages-v1' })
export const nova2 = nova('nova2', {})
