/** Sets rows of words in columns, as wide as their widest word. */

export type Column = { readonly head: string; readonly right?: boolean }

export function table(columns: readonly Column[], rows: readonly (readonly string[])[]): string {
  const heads = columns.map(({ head }) => head)
  const widths = columns.map((_, index) =>
    Math.max(...[heads, ...rows].map((row) => (row[index] ?? '').length)),
  )
  return [heads, ...rows]
    .map((row) =>
      columns
        .map(({ right }, index) => {
          const [cell, width] = [row[index] ?? '', widths[index] ?? 0]
          return right === true ? cell.padStart(width) : cell.padEnd(width)
        })
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}
