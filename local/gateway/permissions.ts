/** API Gateway may call a function only where the template lets it, as on AWS. */
import { executeArn } from '../template/identity.ts'
import { NotServed, textOf } from '../template/values.ts'
import type { Api, Find } from './api.ts'
import { matches } from './policy.ts'

export function checkPermissions(find: Find, api: Api): void {
  const granted = find('AWS::Lambda::Permission').map(({ properties }) => properties)
  const functions = new Map(
    find('AWS::Lambda::Function').map((one) => [String(one.attribute('Arn')), one]),
  )

  function mayCall(functionArn: string, sourceArn: string): boolean {
    return granted.some(
      ({ FunctionName, Principal, SourceArn }) =>
        (FunctionName === functionArn || FunctionName === functions.get(functionArn)?.id) &&
        Principal === 'apigateway.amazonaws.com' &&
        (SourceArn === undefined || matches(textOf(SourceArn) ?? '', sourceArn)),
    )
  }

  function demand(functionArn: string, sourceArn: string, what: string): void {
    if (!functions.has(functionArn)) {
      throw new NotServed(`${what}: its function ${functionArn} is not in the template.`)
    }
    if (mayCall(functionArn, sourceArn)) return
    throw new NotServed(
      `${what}: no AWS::Lambda::Permission lets API Gateway call ${functionArn} for ${sourceArn}.`,
    )
  }

  for (const { resourcePath, verb, functionArn, authorizer } of api.methods) {
    const what = `${verb} ${resourcePath}`
    const asked = verb === 'ANY' ? '*' : verb
    demand(functionArn, `${executeArn(api)}/${api.stage}/${asked}${wild(resourcePath)}`, what)
    if (authorizer === undefined) continue
    const source = `${executeArn(api)}/authorizers/${authorizer.id}`
    demand(authorizer.functionArn, source, `The authorizer of ${what}`)
  }
}

/** A request's own path stands where the template has a parameter. */
const wild = (resourcePath: string) => resourcePath.replaceAll(/\{[^}]*\}/g, '*')
