/** Cohere's chat, version 2 of its API: Command A and its siblings, at Cohere itself. */
import type { Body } from '../core/contracts.ts'
import { cohereReply } from './cohere-reply.ts'
import { cohereRequest } from './cohere-request.ts'
import { cohereStream } from './cohere-stream.ts'
import { once } from './once.ts'

export const cohereChat: Body = {
  id: 'cohere-chat',
  build: (request, model, notice) => cohereRequest(request, model, once(notice)),
  read: cohereReply,
  openStream: cohereStream,
}
