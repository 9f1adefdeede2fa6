/** Gives calls the ids that Claude and Converse take, where another model named them otherwise. */

/**
 * Anthropic and Converse: up to 64 letters, digits, `_` and `-`. Kimi's are such as
 * `functions.weather:0`, and reach another model when a conversation changes to it.
 */
export const plainId = (id: string): string => id.replace(/[^A-Za-z0-9_-]/g, '_').slice(0, 64)
