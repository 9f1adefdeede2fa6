/** Every way callers speak; routes of the API are theirs. */
import type { Dialect } from '../core/contracts.ts'
import { question } from './question.ts'

export const dialects: readonly Dialect[] = [question]
