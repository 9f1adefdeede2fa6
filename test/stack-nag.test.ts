/** The rules of AWS's own reviewers hold, or the exception stands beside the resource with its reason. */
import { Bucket } from 'aws-cdk-lib/aws-s3'
import { describe, expect, it } from 'vitest'
import config from '../tollgate.config.ts'
import { appOf, synthesiseChecked } from './support/stack.ts'

process.env.CDK_VALIDATION = 'true'

describe('cdk-nag', () => {
  it.each([
    ['the shipped example', config],
    ['keys in x-api-key alone', { ...config, auth: 'x-api-key' as const }],
    ['an account with a log role', { ...config, logs: { accountRole: false } }],
  ])('has nothing against %s', (_, each) => {
    expect(() => synthesiseChecked(appOf(each))).not.toThrow()
  })

  it('does look', () => {
    const app = appOf(config)
    new Bucket(app.node.findChild('Tollgate') as never, 'Open')
    expect(() => synthesiseChecked(app)).toThrow()
  })
})
