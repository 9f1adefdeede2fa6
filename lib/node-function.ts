/** A Lambda function from one TypeScript file, with leave to write its own log and nothing else. */
import { fileURLToPath } from 'node:url'
import { type Duration, type RemovalPolicy, Validations } from 'aws-cdk-lib'
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam'
import { Architecture, LoggingFormat, Runtime, Tracing } from 'aws-cdk-lib/aws-lambda'
import { LogLevel, NodejsFunction, OutputFormat } from 'aws-cdk-lib/aws-lambda-nodejs'
import { LogGroup, type RetentionDays } from 'aws-cdk-lib/aws-logs'
import type { Construct } from 'constructs'
import { bundling } from './bundling.ts'

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
}

const fromRoot = (path: string) => fileURLToPath(new URL(`../${path}`, import.meta.url))

export class NodeFunction extends NodejsFunction {
  declare readonly role: Role

  constructor(scope: Construct, id: string, props: NodeFunctionProps) {
    const role = new Role(scope, `${id}Role`, {
      assumedBy: new ServicePrincipal('lambda.amazonaws.com'),
      description: `What ${id} may do: ${props.says}`,
    })
    const logGroup = new LogGroup(scope, `${id}Logs`, {
      retention: props.logs.days as RetentionDays,
      removalPolicy: props.logs.removal,
    })
    logGroup.grantWrite(role)
    super(scope, id, {
      entry: fromRoot(`lambda/${props.entry}`),
      description: props.says,
      projectRoot: fromRoot('.'),
      depsLockFilePath: fromRoot('package-lock.json'),
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      memorySize: props.memory,
      timeout: props.timeout,
      role,
      logGroup,
      loggingFormat: LoggingFormat.JSON,
      tracing: props.traced ? Tracing.ACTIVE : Tracing.DISABLED,
      bundling: {
        ...bundling,
        format: OutputFormat.ESM,
        logLevel: LogLevel.WARNING,
        bundleAwsSDK: true,
        esbuildArgs: aliases(props.alias ?? {}),
      },
    })
    if (props.traced) acknowledgeTracing(role)
    Validations.of(this).acknowledge({
      id: 'Serverless-LambdaDLQ',
      reason: 'A failure is told to the one who waits for it; there is nothing to try again later.',
    })
  }
}

function aliases(names: Readonly<Record<string, string>>): Record<string, string> {
  const pairs = Object.entries(names).map(([name, file]) => [`--alias:${name}`, file])
  return Object.fromEntries(pairs)
}

function acknowledgeTracing(role: Role): void {
  Validations.of(role).acknowledge({
    id: 'AwsSolutions-IAM5[Resource::*]',
    reason: 'X-Ray has no resources: PutTraceSegments and PutTelemetryRecords take * alone.',
  })
}
