/** The description as text; made when it is first asked for, so that a cold start pays nothing for it. */
import type { Dialect } from '../core/dialect.ts'

export const describing = (dialects: readonly Dialect[]) => async (): Promise<string> => {
  const { openApiDocument } = await import('./document.ts')
  return JSON.stringify(openApiDocument(dialects))
}
