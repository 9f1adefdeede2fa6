/** Holds the project to its own shape: who may import whom, and how large a file may grow. */
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'

const root = resolve(import.meta.dirname, '..')
const folders = ['bin', 'lib', 'lambda', 'local', 'cli', 'console', 'bench', 'test']

const sources = folders
  .flatMap((folder) => filesOf(join(root, folder)))
  .concat(join(root, 'tollgate.config.ts'))
  .filter((file) => file.endsWith('.ts'))

function filesOf(folder: string): string[] {
  try {
    return readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
  } catch {
    return []
  }
}

const textOf = (file: string): string => readFileSync(file, 'utf8')
const nameOf = (file: string): string => relative(root, file)

function importsOf(file: string): string[] {
  const found = textOf(file).matchAll(
    /^(?:import|export)\b[^'"]*?from '([^']+)'|\bimport\('([^']+)'\)/gm,
  )
  return [...found].map(([, from, bare]) => from ?? bare ?? '')
}

const projectImports = (file: string): string[] =>
  importsOf(file)
    .filter((path) => path.startsWith('.'))
    .map((path) => nameOf(resolve(dirname(file), path)))

const packageImports = (file: string): string[] =>
  importsOf(file).filter((path) => !path.startsWith('.') && !path.startsWith('node:'))

/** What the files of a folder may import of the project, besides the folder itself. */
const mayImport: Readonly<Record<string, readonly string[]>> = {
  'lambda/core/': [],
  'lambda/net/': [],
  'lambda/aws/': ['lambda/net/'],
  'lambda/wire/': ['lambda/core/'],
  'lambda/bodies/': ['lambda/core/', 'lambda/wire/'],
  'lambda/models/': ['lambda/core/', 'lambda/bodies/'],
  'lambda/dialects/': ['lambda/core/', 'lambda/wire/'],
  'lambda/routing/': ['lambda/core/', 'lambda/net/'],
  'lambda/budget/': ['lambda/core/', 'lambda/routing/'],
  'lambda/ledger/': ['lambda/core/', 'lambda/aws/', 'lambda/net/'],
  'lambda/history/': ['lambda/core/', 'lambda/ledger/'],
  'lambda/sign-in/': ['lambda/core/', 'lambda/aws/', 'lambda/net/'],
  'lambda/cache/': ['lambda/core/', 'lambda/aws/', 'lambda/net/'],
  'lambda/guard/': ['lambda/core/'],
  'lambda/policies/': [
    'lambda/core/',
    'lambda/guard/',
    'lambda/ledger/',
    'lambda/budget/',
    'lambda/cache/',
    'lambda/routing/',
    'lambda/transform/',
  ],
  'lambda/transform/': ['lambda/core/'],
  'lambda/providers/': ['lambda/core/', 'lambda/aws/', 'lambda/net/', 'lambda/wire/'],
  'lambda/templates/': ['lambda/core/'],
  'lambda/edge/': ['lambda/core/'],
  'lambda/openapi/': ['lambda/core/', 'lambda/wire/'],
  /** What a browser is sent has nothing of the gateway, but the lines that tell clients where it is. */
  'console/': ['cli/connect/clients.ts'],
}

describe('imports point inwards', () => {
  it.each(Object.entries(mayImport))('%s imports only what it may', (folder, allowed) => {
    const inside = sources.filter((file) => nameOf(file).startsWith(folder))
    expect(inside.length).toBeGreaterThan(0)
    const wrong = inside.flatMap((file) =>
      projectImports(file)
        .filter((path) => ![folder, ...allowed].some((prefix) => path.startsWith(prefix)))
        .map((path) => `${nameOf(file)} imports ${path}`),
    )
    expect(wrong).toEqual([])
  })

  it('what runs for each request knows nothing of what provisions or imitates it', () => {
    const wrong = sources
      .filter((file) => nameOf(file).startsWith('lambda/'))
      .flatMap((file) => [...projectImports(file), ...packageImports(file)])
      .filter((path) => /^(lib|local|cli|bin|bench|test)\/|^aws-cdk-lib|^constructs/.test(path))
    expect(wrong).toEqual([])
  })

  it('what a browser is sent is all the project’s own', () => {
    const inside = sources.filter((file) => /^(console\/|cli\/connect\/clients)/.test(nameOf(file)))
    expect(
      inside.flatMap((file) => importsOf(file)).filter((path) => !path.startsWith('.')),
    ).toEqual([])
  })

  it('only finding credentials takes the AWS SDK', () => {
    const knowing = sources
      .filter((file) => nameOf(file).startsWith('lambda/'))
      .filter((file) => packageImports(file).some((path) => /^@(aws-sdk|smithy)\//.test(path)))
    expect(knowing.map(nameOf)).toEqual(['lambda/aws/credentials.ts'])
  })

  it('middy stays at the edge', () => {
    const knowing = sources
      .filter((file) => nameOf(file).startsWith('lambda/'))
      .filter((file) => packageImports(file).some((path) => path.startsWith('@middy/')))
      .map(nameOf)
    for (const name of knowing) expect(name).toMatch(/^lambda\/(handler\.ts|edge\/)/)
  })
})

describe('files fit in the head', () => {
  it('none is longer than 400 lines, and one in ten at most is over 200', () => {
    const lengths = sources
      .filter((file) => !nameOf(file).startsWith('test/'))
      .map((file) => ({ name: nameOf(file), lines: textOf(file).split('\n').length }))
    expect(lengths.filter(({ lines }) => lines > 400)).toEqual([])
    const long = lengths.filter(({ lines }) => lines > 200)
    expect(long.length).toBeLessThanOrEqual(lengths.length / 10)
  })

  it.each(['lambda/handler.ts', 'lib/gateway-stack.ts'])('%s fits on one screen', (name) => {
    expect(textOf(join(root, name)).split('\n').length).toBeLessThanOrEqual(70)
  })

  it('every file opens with a sentence that says what it is', () => {
    const silent = sources.filter((file) => !textOf(file).startsWith('/**'))
    expect(silent.map(nameOf)).toEqual([])
  })

  it('no file is called after nothing in particular', () => {
    const vague = sources.filter((file) => /\/(utils?|helpers?|common|misc)\.ts$/.test(file))
    expect(vague.map(nameOf)).toEqual([])
  })
})
