/** How much a test tries: a seeded sample in `npm test`, everything in `npm run verify`. */
import fc from 'fast-check'

export const everything = process.env.TOLLGATE_VERIFY === 'everything'

/** The same cases every time, so that a red run is red again; new ones in `npm run verify`. */
if (!everything) fc.configureGlobal({ seed: 20_261_120 })

export const runs = (sample: number, all: number): number => (everything ? all : sample)
