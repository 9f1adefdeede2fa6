/** A name of the operator's own for the API, beside the one AWS gives it. */
import { CfnOutput } from 'aws-cdk-lib'
import {
  DomainName,
  EndpointType,
  type IRestApi,
  type RestApi,
  SecurityPolicy,
} from 'aws-cdk-lib/aws-apigateway'
import { Certificate } from 'aws-cdk-lib/aws-certificatemanager'
import type { Construct } from 'constructs'
import type { DomainConfig } from '../lambda/core/network-config.ts'

export class ApiDomain extends DomainName {
  constructor(scope: Construct, id: string, { name, certificateArn }: DomainConfig, api: RestApi) {
    super(scope, id, {
      domainName: name,
      certificate: Certificate.fromCertificateArn(scope, `${id}Certificate`, certificateArn),
      endpointType: EndpointType.REGIONAL,
      securityPolicy: SecurityPolicy.TLS_1_2,
      /** Of the name's root, so that no stage stands in an address. */
      mapping: api as IRestApi,
    })
    new CfnOutput(scope, 'DomainTarget', {
      value: this.domainNameAliasDomainName,
      description: `Where ${name} must lead: the target of its alias or CNAME record.`,
    })
  }
}
