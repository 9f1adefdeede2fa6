/** A name of the operator's own leads to the stage, beside the address AWS gives. */
import { describe, expect, it } from 'vitest'
import config from '../tollgate.config.ts'
import { only, resourcesOf, synthesise } from './support/stack.ts'

const name = 'models.example.com'
const certificateArn =
  'arn:aws:acm:us-east-1:123456789012:certificate/0a1b2c3d-0000-4000-8000-000000000000'

const { root } = synthesise({ ...config, domain: { name, certificateArn } })

const idOf = (type: string) =>
  only(Object.entries(root.Resources).filter(([, resource]) => resource.Type === type))[0]

describe('a domain', () => {
  it('is the region’s own, with its certificate and TLS 1.2 at least', () => {
    expect(only(resourcesOf(root, 'AWS::ApiGateway::DomainName')).Properties).toEqual({
      DomainName: name,
      EndpointConfiguration: { Types: ['REGIONAL'] },
      RegionalCertificateArn: certificateArn,
      SecurityPolicy: 'TLS_1_2',
    })
  })

  it('leads from its root to the stage', () => {
    expect(only(resourcesOf(root, 'AWS::ApiGateway::BasePathMapping')).Properties).toEqual({
      DomainName: { Ref: idOf('AWS::ApiGateway::DomainName') },
      RestApiId: { Ref: idOf('AWS::ApiGateway::RestApi') },
      Stage: { Ref: idOf('AWS::ApiGateway::Stage') },
    })
  })

  it('is the address that is told, with what its record must lead to', () => {
    expect(root.Outputs.Url?.Value).toBe(`https://${name}`)
    expect(root.Outputs.DomainTarget?.Value).toEqual({
      'Fn::GetAtt': [idOf('AWS::ApiGateway::DomainName'), 'RegionalDomainName'],
    })
  })

  it('leaves the address AWS gives, which clients may have', () => {
    const { Properties } = only(resourcesOf(root, 'AWS::ApiGateway::RestApi'))
    expect(Properties.DisableExecuteApiEndpoint).toBeUndefined()
  })
})
