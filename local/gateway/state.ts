/** What outlives a run: the answers of custom resources, what was done to keys, and what they used. */
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Values } from '../template/values.ts'
import type { KeptChanges } from './key-registry.ts'
import type { ApiKey, Count, Counts } from './usage-plans.ts'

/** A custom resource as it was last made. */
export type Made = { readonly properties: Values; readonly id: string; readonly data: Values }

type Kept = {
  custom: Record<string, Made>
  counts: Record<string, Count>
  keys: Record<string, ApiKey | null>
  planIds: Record<string, string | null>
}

export type State = {
  readonly made: (path: string) => Made | undefined
  readonly remember: (path: string, made: Made) => void
  readonly counts: Counts
  readonly keys: KeptChanges
  /** Writes what is not written yet. */
  readonly close: () => Promise<void>
}

const writeSoonMs = 50

/** Without a folder, everything is forgotten at the end. */
export async function openState(folder: string | undefined): Promise<State> {
  const file = folder === undefined ? undefined : join(folder, 'state.json')
  const kept: Kept = file === undefined ? empty() : await readKept(file)
  let planned: NodeJS.Timeout | undefined
  let writing: Promise<void> = Promise.resolve()

  function changed(): void {
    if (file === undefined) return
    planned ??= setTimeout(() => {
      writing = writing.then(() => write(file))
    }, writeSoonMs)
  }

  async function write(target: string): Promise<void> {
    clearTimeout(planned)
    planned = undefined
    const beside = `${target}.new`
    /** Keys are in it. */
    await writeFile(beside, JSON.stringify(kept, null, 2), { mode: 0o600 })
    await rename(beside, target)
  }

  if (folder !== undefined) await mkdir(folder, { recursive: true })
  return {
    made: (path) => kept.custom[path],
    remember(path, made) {
      kept.custom[path] = made
      changed()
    },
    counts: {
      get: (name) => kept.counts[name],
      set(name, count) {
        kept.counts[name] = count
        changed()
      },
    },
    keys: {
      get: () => ({ keys: kept.keys, planIds: kept.planIds }),
      setKey(id, key) {
        kept.keys[id] = key
        changed()
      },
      setPlanId(keyId, planId) {
        kept.planIds[keyId] = planId
        changed()
      },
    },
    async close() {
      await writing
      if (file !== undefined && planned !== undefined) await write(file)
    },
  }
}

const empty = (): Kept => ({ custom: {}, counts: {}, keys: {}, planIds: {} })

async function readKept(file: string): Promise<Kept> {
  try {
    return { ...empty(), ...(JSON.parse(await readFile(file, 'utf8')) as Partial<Kept>) }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return empty()
    throw new Error(`${file} cannot be read; without it, keys and counts begin anew.`, {
      cause: error,
    })
  }
}
