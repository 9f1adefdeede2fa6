/** The question dialect: one question, one answer, for curl and scripts. */
import type { Dialect, HttpRequest } from '../core/contracts.ts'

export const question: Dialect = {
  id: 'question',
  routes: [
    { method: 'POST', path: '/bedrock' },
    { method: 'GET', path: '/bedrock/{model}' },
  ],
} as unknown as Dialect & { r: HttpRequest }
