/** Finds the name somebody probably meant; the gateway itself asks it too. */
export { closest } from '../lambda/core/closest.ts'
