/** Every text in a JSON value, keys too, but for what is the format's own and what is no text. */
import type { Json } from '../core/conversation.ts'

/** Words of Bedrock's formats: as a whole key or value, none of them is anybody's text. */
const formatWords = new Set(
  `additionalModelRequestFields anthropic_version anthropic_beta any assistant auto base64 budget_tokens bytes
  cache_control cachePoint content data default description disabled document embeddingTypes enabled ephemeral format
  function functions image image_url inferenceConfig input input_schema inputSchema inputText inputs is_error json
  json_schema max_tokens maxTokens media_type message messages metadata name none object output_config parameters
  performanceConfig properties prompt redacted_thinking reasoningContent reasoningText required role schema schemaVersion
  serviceTier signature source status stop stop_sequences stopSequences stream string success system temperature text
  textGenerationConfig texts thinking title tool tool_call_id tool_calls tool_choice tool_result tool_use tool_use_id
  toolChoice toolConfig toolResult tools toolSpec toolUse toolUseId top_k top_p topK topP type url user`.split(
    /\s+/,
  ),
)

/** Where bytes and seals stand; a model reads none of them as text. */
const blobKeys: ReadonlySet<string> = new Set(['bytes', 'data', 'signature', 'redactedContent'])
/** A short one may be a word. */
const base64 = /^[A-Za-z0-9+/=_-]{256,}$/
const dataUrl = /^data:[\w.+-]+\/[\w.+-]+;base64,[A-Za-z0-9+/=]*$/

const isBlob = (key: string, value: string, beside: object): boolean =>
  (blobKeys.has(key) && !('type' in beside && beside.type === 'text') && base64.test(value)) ||
  (key === 'url' && dataUrl.test(value))

export function textsOfJson(value: Json, found: string[] = []): string[] {
  if (typeof value === 'string') found.push(value)
  else if (Array.isArray(value)) for (const each of value) textsOfJson(each, found)
  else if (typeof value === 'object' && value !== null) {
    for (const [key, each] of Object.entries(value)) {
      found.push(key)
      if (typeof each === 'string') {
        if (!isBlob(key, each, value)) found.push(each)
      } else textsOfJson(each, found)
    }
  }
  return found
}

/** Of a body in one of Bedrock's formats. */
export const textsOfBody = (body: Json): readonly string[] =>
  textsOfJson(body).filter((text) => !formatWords.has(text))
