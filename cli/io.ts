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
  /** The answer goes to a terminal that shows colours. */
  readonly colours?: boolean
  /** Takes Ctrl-C from the system: from then on it aborts this, and ends nothing by itself. */
  readonly interrupted?: () => AbortSignal
  /** Milliseconds since 1970. */
  readonly now: () => number
}
