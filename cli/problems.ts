/** What goes wrong: the command was used wrongly, or what it asked for failed. */

/** Nothing was asked of anybody; what was typed has to change. */
export class WrongUse extends Error {
  override readonly name = 'WrongUse'
}

/** The message says what was wrong, and what would work. */
export class Failure extends Error {
  override readonly name = 'Failure'
}
