#!/usr/bin/env node
/** The `tollgate` command: runs by the project's own Node, whichever Node npm runs on. */
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const fromRoot = (path) => fileURLToPath(new URL(`../${path}`, import.meta.url))
const program = process.platform === 'win32' ? 'node.exe' : 'node'
const ownNode = fromRoot(`node_modules/node/bin/${program}`)

if (!existsSync(ownNode)) {
  console.error('Tollgate needs its packages, its own Node among them: run `npm ci` first.')
  process.exit(1)
}

/** Ctrl-C reaches the command too, which ends as it sees fit; this waits for its status. */
process.on('SIGINT', () => {})
const args = [fromRoot('cli/start.ts'), ...process.argv.slice(2)]
const { status } = spawnSync(ownNode, args, { stdio: 'inherit' })
process.exit(status ?? 1)
