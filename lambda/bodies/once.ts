/** Says each notice once, however many blocks it is about. */
import type { Notice } from '../core/contracts.ts'

export function once(notice: Notice): Notice {
  const said = new Set<string>()
  return (text) => {
    if (!said.has(text)) notice(text)
    said.add(text)
  }
}
