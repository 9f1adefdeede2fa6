/** Tests run on the project's own Node, several files at a time. */
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { defineConfig } from 'vitest/config'
import { alone, together } from './test/support/alone.ts'

/** Compiled once for all processes of a run, those that tests start among them. */
process.env.NODE_COMPILE_CACHE ??= join(import.meta.dirname, 'node_modules/.cache/node')

export default defineConfig({
  test: {
    /** CDK's own check of a template takes seconds a file; those files that are about it ask for it. */
    env: { CDK_VALIDATION: 'false' },
    setupFiles: ['test/support/effort.ts'],
    /** Half as many again as there are processors: some tests wait for what is to time out. */
    maxWorkers: Math.ceil(availableParallelism() * 1.5),
    testTimeout: 30_000,
    hookTimeout: 60_000,
    projects: [
      {
        extends: true,
        test: { name: 'alone', include: alone, globalSetup: ['test/support/synthesis.ts'] },
      },
      /** A process for each file costs half a second of imports. */
      { extends: true, test: { name: 'together', include: together, isolate: false } },
    ],
  },
})
