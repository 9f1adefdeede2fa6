/** Which addresses the VPC of a region has: a range of its own, so that any two can be peered. */

/** Each keeps its place: its number is part of its range, and a range of a VPC cannot change. */
const regions = [
  ...['us-east-1', 'us-east-2', 'us-west-1', 'us-west-2', 'ca-central-1', 'ca-west-1'],
  ...['mx-central-1', 'sa-east-1', 'eu-central-1', 'eu-central-2', 'eu-north-1', 'eu-south-1'],
  ...['eu-south-2', 'eu-west-1', 'eu-west-2', 'eu-west-3', 'il-central-1', 'me-central-1'],
  ...['me-south-1', 'me-west-1', 'af-south-1', 'ap-east-1', 'ap-east-2', 'ap-northeast-1'],
  ...['ap-northeast-2', 'ap-northeast-3', 'ap-south-1', 'ap-south-2', 'ap-southeast-1'],
  ...['ap-southeast-2', 'ap-southeast-3', 'ap-southeast-4', 'ap-southeast-5', 'ap-southeast-6'],
  ...['ap-southeast-7', 'us-gov-east-1', 'us-gov-west-1', 'cn-north-1', 'cn-northwest-1'],
  ...['eusc-de-east-1'],
]

/** 256 addresses of 10.199.0.0/16; none for a region that is not known here. */
export function addressRange(region: string): string | undefined {
  const number = regions.indexOf(region)
  return number < 0 ? undefined : `10.199.${number}.0/24`
}
