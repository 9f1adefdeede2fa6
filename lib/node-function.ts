/** A Lambda function from one TypeScript file, with leave to write its own log and nothing else. */
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import {
  AssetHashType,
  DockerImage,
  type Duration,
  type RemovalPolicy,
  Validations,
} from 'aws-cdk-lib'
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam'
import {
  Architecture,
  Code,
  Function as LambdaFunction,
  LoggingFormat,
  Runtime,
  Tracing,
} from 'aws-cdk-lib/aws-lambda'
import { LogGroup, type RetentionDays } from 'aws-cdk-lib/aws-logs'
import type { Construct } from 'constructs'
import { pack } from './bundling.ts'

export type NodeFunctionProps = {
  /** Its file below `lambda/`. */
  readonly entry: string
  readonly says: string
  readonly memory: number
  readonly timeout: Duration
  readonly logs: { readonly days: number; readonly removal: RemovalPolicy }
  readonly traced: boolean
  /** What an import of this name means in the bundle. */
  readonly alias?: Readonly<Record<string, string>>
  /** Writes what else lies in the folder of the bundle. */
  readonly beside?: (folder: string) => void
  /** Where others name the role before it is there. Absent: CloudFormation finds one. */
  readonly roleName?: string
}

const fromRoot = (path: string) => fileURLToPath(new URL(`../${path}`, import.meta.url))

export class NodeFunction extends LambdaFunction {
  declare readonly role: Role

  constructor(scope: Construct, id: string, props: NodeFunctionProps) {
    const role = new Role(scope, `${id}Role`, {
      assumedBy: new ServicePrincipal('lambda.amazonaws.com'),
      description: `What ${id} may do: ${props.says}`,
      ...(props.roleName !== undefined && { roleName: props.roleName }),
    })
    const logGroup = new LogGroup(scope, `${id}Logs`, {
      retention: props.logs.days as RetentionDays,
      removalPolicy: props.logs.removal,
    })
    logGroup.grantWrite(role)
    super(scope, id, {
      code: packed(fromRoot(`lambda/${props.entry}`), props),
      handler: 'index.handler',
      description: props.says,
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      memorySize: props.memory,
      timeout: props.timeout,
      role,
      logGroup,
      loggingFormat: LoggingFormat.JSON,
      tracing: props.traced ? Tracing.ACTIVE : Tracing.DISABLED,
    })
    if (props.traced) acknowledgeTracing(role)
    Validations.of(this).acknowledge({
      id: 'Serverless-LambdaDLQ',
      reason: 'A failure is told to the one who waits for it; there is nothing to try again later.',
    })
  }
}

/**
 * CDK's own NodejsFunction starts npm for each bundle, which takes longer than all the rest. The
 * image is for those who bundle in Docker; nobody here does.
 */
const packed = (entry: string, { alias = {}, beside }: NodeFunctionProps): Code =>
  Code.fromAsset(fromRoot('lambda'), {
    assetHashType: AssetHashType.OUTPUT,
    bundling: {
      image: DockerImage.fromRegistry('none'),
      /** By which CDK tells bundles of one folder apart. */
      command: [entry, ...Object.values(alias)],
      local: {
        tryBundle(folder) {
          pack(entry, join(folder, 'index.mjs'), alias)
          beside?.(folder)
          return true
        },
      },
    },
  })

function acknowledgeTracing(role: Role): void {
  Validations.of(role).acknowledge({
    id: 'AwsSolutions-IAM5[Resource::*]',
    reason: 'X-Ray has no resources: PutTraceSegments and PutTelemetryRecords take * alone.',
  })
}
