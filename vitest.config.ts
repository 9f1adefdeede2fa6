/** Tests run on the project's own Node, several files at a time. */
import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    setupFiles: ['test/support/effort.ts'],
    testTimeout: 30_000,
    hookTimeout: 60_000,
  },
})
