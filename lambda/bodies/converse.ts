/** Bedrock's Converse: one body for every model that has no better one of its own. */
import type { Body } from '../core/contracts.ts'
import { converseReply, converseStream } from './converse-reply.ts'
import { converseRequest } from './converse-request.ts'
import { once } from './once.ts'
import { saidConverse } from './said-converse.ts'
import { aroundConverse } from './surround.ts'

export const converse: Body = {
  id: 'converse',
  parse: saidConverse,
  surround: aroundConverse,
  via: 'converse',
  build: (request, model, notice) => converseRequest(request, model, once(notice)),
  read: converseReply,
  openStream: converseStream,
}
