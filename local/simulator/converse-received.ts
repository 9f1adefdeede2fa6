/** What a conversation in Converse's blocks shows of itself: its words, and what came besides them. */
import type { ConverseBlock, ConverseMessage, ToolResultPart } from './converse-types.ts'
import {
  documentReceived,
  imageReceived,
  redactedReceived,
  thinkingReceived,
  toolReceived,
} from './received.ts'

/** What a person reading the conversation would see of a block. */
export function seen({ text, toolUse, toolResult, guardContent }: ConverseBlock): string {
  if (toolUse !== undefined) return `(calls ${toolUse.name} ${JSON.stringify(toolUse.input)})`
  if (guardContent !== undefined) return guardContent.text.text
  if (toolResult === undefined) return text ?? ''
  return `(${toolResult.status ?? 'success'}: ${resultText(toolResult.content)})`
}

const resultText = (content: readonly ToolResultPart[]): string =>
  content.map(({ text, json }) => text ?? JSON.stringify(json) ?? '').join('')

export function received(messages: readonly ConverseMessage[]): readonly string[] {
  const blocks = messages.flatMap(({ content }) => content)
  const names = new Map(blocks.map(({ toolUse }) => [toolUse?.toolUseId, toolUse?.name]))
  return blocks.flatMap(function each(block): readonly string[] {
    const { toolResult, reasoningContent } = block
    if (reasoningContent?.redactedContent !== undefined) return [redactedReceived]
    if (reasoningContent?.reasoningText !== undefined) {
      return [thinkingReceived(reasoningContent.reasoningText.signature)]
    }
    if (toolResult === undefined) return mediaReceived(block)
    const { toolUseId, status, content } = toolResult
    return [
      toolReceived(names.get(toolUseId), status === 'error', resultText(content)),
      ...content.flatMap(mediaReceived),
    ]
  })
}

const documentTypes: Readonly<Record<string, string>> = {
  pdf: 'application/pdf',
  csv: 'text/csv',
  doc: 'application/msword',
  docx: 'application/vnd.openxmlformats-officedocument.wordprocessingml.document',
  xls: 'application/vnd.ms-excel',
  xlsx: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
  html: 'text/html',
  txt: 'text/plain',
  md: 'text/markdown',
}

function mediaReceived({ image, document }: ToolResultPart): readonly string[] {
  if (image !== undefined) return [imageReceived(`image/${image.format}`, image.source.bytes ?? '')]
  if (document === undefined) return []
  const { name, format = 'txt', source } = document
  const words = source.text ?? (source.content ?? []).map(({ text }) => text).join('')
  const bytes = source.bytes ?? Buffer.from(words).toString('base64')
  return [documentReceived(documentTypes[format] ?? format, name, bytes)]
}
