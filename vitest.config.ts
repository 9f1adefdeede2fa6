/** Tests run on the project's own Node, several files at a time. */
import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    /** CDK's own check of a template takes seconds a file; those files that are about it ask for it. */
    env: { CDK_VALIDATION: 'false' },
    setupFiles: ['test/support/effort.ts'],
    /** All processors: by default one is left idle, and of two that is half. */
    maxWorkers: '100%',
    testTimeout: 30_000,
    hookTimeout: 60_000,
  },
})
