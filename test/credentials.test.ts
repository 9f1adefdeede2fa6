/** Whose rights requests are made with: the environment's, else whatever the AWS SDK finds. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, expect, it, vi } from 'vitest'
import { credentials } from '../lambda/aws/credentials.ts'

const folder = mkdtempSync(join(tmpdir(), 'tollgate-credentials-'))
afterEach(() => void vi.unstubAllEnvs())
afterAll(() => rmSync(folder, { recursive: true }))

it('are those that Lambda puts into the environment, session and all', async () => {
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'AKIAENV')
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'secret')
  vi.stubEnv('AWS_SESSION_TOKEN', 'token')
  const found = { accessKeyId: 'AKIAENV', secretAccessKey: 'secret', sessionToken: 'token' }
  expect(await credentials()).toEqual(found)
})

it('are a profile’s, on a machine that has one', async () => {
  const file = join(folder, 'credentials')
  const lines = ['[default]', 'aws_access_key_id = AKIAPROFILE', 'aws_secret_access_key = secret']
  writeFileSync(file, `${lines.join('\n')}\n`)
  for (const name of ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'AWS_SESSION_TOKEN']) {
    vi.stubEnv(name, undefined)
  }
  vi.stubEnv('AWS_SHARED_CREDENTIALS_FILE', file)
  vi.stubEnv('AWS_CONFIG_FILE', join(folder, 'none'))
  vi.stubEnv('AWS_PROFILE', undefined)
  expect(await credentials()).toMatchObject({ accessKeyId: 'AKIAPROFILE' })
})
