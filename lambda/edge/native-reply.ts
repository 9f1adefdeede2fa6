/** A whole answer of Bedrock's own operations: the provider's bytes, once all of it was seen. */
import { TollgateError } from '../core/errors.ts'
import type { ReplyEvent, Usage } from '../core/reply.ts'

export async function nativeReply(events: AsyncIterable<ReplyEvent>) {
  let told:
    | { readonly body: string; readonly headers: Readonly<Record<string, string>> }
    | undefined
  let usage: Usage | undefined
  for await (const event of events) {
    if (event.type === 'reply-error') throw event.error
    if (event.type === 'reply-end') usage = event.usage
    if (event.type === 'native') {
      told = { body: Buffer.from(event.payload).toString(), headers: event.headers ?? {} }
    }
  }
  if (told === undefined || usage === undefined) {
    throw new TollgateError('upstream_error', 'The model’s answer ended before it was complete.')
  }
  return { contentType: told.headers['content-type'] ?? 'application/json', ...told, usage }
}
