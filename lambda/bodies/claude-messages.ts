/** Claude from 3 on: Anthropic's Messages API, as Bedrock's InvokeModel takes it. */
import type { Body } from '../core/contracts.ts'
import { claudeReply, claudeStream } from './claude-reply.ts'
import { claudeRequest } from './claude-request.ts'
import { once } from './once.ts'
import { saidClaudeMessages } from './said-claude-messages.ts'
import { aroundClaude } from './surround.ts'

export const claudeMessages: Body = {
  id: 'claude-messages',
  signature: 'anthropic',
  parse: saidClaudeMessages,
  surround: aroundClaude,
  build: (request, model, notice) => claudeRequest(request, model, once(notice)),
  read: claudeReply,
  openStream: claudeStream,
}
