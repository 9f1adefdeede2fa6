/** What a provider adds to a prompt, or makes of it, that nobody can read off the request. */
import type { AnyModel } from '../core/model.ts'

/**
 * Tokens beside the words: of any request (a template's own prompt), of each message, block and
 * tool (their frames), and of a prompt with tools at all, which is told how to call them. Anthropic,
 * "Tool use": 159 to 530 tokens, by model; other families tell no figure.
 */
export const added = { request: 256, message: 16, block: 32, tool: 64, tools: 1_024 } as const

/** By the model's own body, which is its family. */
type ByFamily = Readonly<Record<string, number>>

/**
 * Most tokens of one image, whatever its size. Anthropic, "Vision": 28 by 28 pixels a token, up to
 * 92 by 52 of them. AWS, "Image understanding" of Nova 1: about 650 pixels a token, up to 8,000 by
 * 8,000 pixels; Nova 2 bills less. Of the others the largest is Qwen3-VL's default.
 */
const imageTokens: ByFamily = { 'claude-messages': 4_784, nova: 100_000, nova2: 100_000 }
const imageOfAnyOther = 16_384

/**
 * Tokenizers that work on bytes make one token of at least one byte. Those of these families are
 * not published, and may not: they get twice as many.
 */
const perByte: ByFamily = {
  'titan-text': 2,
  'titan-embed-v1': 2,
  'titan-embed-v2': 2,
  'nova-embed': 2,
  'cohere-embed-v3': 2,
  'cohere-embed-v4': 2,
  'cohere-embed-v2': 2,
  jurassic: 2,
}

export const mostPerImage = ({ body }: AnyModel): number => imageTokens[body.id] ?? imageOfAnyOther
export const mostPerByte = ({ body }: AnyModel): number => perByte[body.id] ?? 1
