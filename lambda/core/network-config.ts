/** What an operator writes of networks and names: how callers reach the API, and the API its models. */

export type NetworkConfig = {
  /** `new` makes one; an id (`vpc-…`) names one that has private subnets in two zones at least. */
  readonly vpc: 'new' | string
  /** The REST API answers only within the VPC, in place of the public one. Default `false`. */
  readonly privateApi?: boolean
  /** Endpoints that a VPC of one's own has already, by service: `{ dynamodb: 'vpce-…' }`; the others are made. */
  readonly endpoints?: Readonly<Partial<Record<EndpointName, string>>>
}

/** AWS services that are reached from within a VPC, as the names of their endpoints end. */
export type EndpointName =
  | 'bedrock-runtime'
  | 'dynamodb'
  | 'events'
  | 'execute-api'
  | 'secretsmanager'
  | 'sts'
  | 'xray'

/** A name of the operator's own for the API, such as `models.example.com`. */
export type DomainConfig = {
  readonly name: string
  /** Of AWS Certificate Manager, in the home region. */
  readonly certificateArn: string
}
