/** Where a command's words go, and what it may know of who runs it. */

export type Io = {
  /** The answer: text, or one JSON object. */
  readonly out: (text: string) => void
  /** What is only for people, and refusals. */
  readonly error: (text: string) => void
  /** Absent where nobody is there to answer. */
  readonly ask?: (question: string) => Promise<string>
  /** Where the command was run. */
  readonly folder: string
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly user: string
  /** Milliseconds since 1970. */
  readonly now: () => number
}
