/** Lets a test forget what earlier ones did to the health of a target. */
import { vi } from 'vitest'
import type * as Attempts from '../../lambda/routing/attempts.ts'

const opened: (() => void)[] = []

vi.mock('../../lambda/routing/attempts.ts', async (original) => {
  const { openAttempts } = await original<typeof Attempts>()
  return {
    openAttempts(parts: Attempts.AttemptsParts) {
      let current = openAttempts(parts)
      opened.push(() => {
        current = openAttempts(parts)
      })
      return (call: Parameters<typeof current>[0]) => current(call)
    },
  }
})

/** No breaker is open, and no retry was made. */
export const forgetHealth = (): void => {
  for (const open of opened) open()
}
