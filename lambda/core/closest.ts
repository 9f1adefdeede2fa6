/** Finds the name somebody probably meant. */

/** The nearest of `names`, or nothing where none is near enough to be a slip of the hand. */
export function closest(word: string, names: Iterable<string>): string | undefined {
  const ranked = [...names]
    .map((name) => ({ name, distance: distance(word.toLowerCase(), name.toLowerCase()) }))
    .sort((one, other) => one.distance - other.distance)
  const [best] = ranked
  const slips = Math.min(word.length - 1, Math.max(1, Math.round(word.length * 0.4)))
  return best !== undefined && best.distance <= slips ? best.name : undefined
}

/** Levenshtein's: how many letters are to be put in, taken out or exchanged. */
function distance(one: string, other: string): number {
  let above = Array.from({ length: other.length + 1 }, (_, column) => column)
  for (const [row, letter] of [...one].entries()) {
    const line = [row + 1]
    for (const [column, compared] of [...other].entries()) {
      const exchanged = (above[column] ?? 0) + (letter === compared ? 0 : 1)
      line.push(Math.min(exchanged, (above[column + 1] ?? 0) + 1, (line[column] ?? 0) + 1))
    }
    above = line
  }
  return above.at(-1) ?? 0
}
