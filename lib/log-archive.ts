/** The requests' lines, kept beyond the log's retention: Firehose puts them in a bucket, as JSON lines. */
import { Duration, RemovalPolicy, Stack, Validations } from 'aws-cdk-lib'
import { PolicyDocument, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam'
import { CfnDeliveryStream } from 'aws-cdk-lib/aws-kinesisfirehose'
import {
  CfnSubscriptionFilter,
  LogGroup,
  LogStream,
  type RetentionDays,
} from 'aws-cdk-lib/aws-logs'
import {
  BlockPublicAccess,
  Bucket,
  BucketEncryption,
  type CfnBucket,
  ObjectOwnership,
  StorageClass,
} from 'aws-cdk-lib/aws-s3'
import { Construct } from 'constructs'
import type { Watched } from './dashboards/watched.ts'
import { retentionDays } from './logs.ts'

/**
 * Days. S3 takes nothing into infrequent access before 30; thirteen months are a year and the month
 * it is compared with.
 */
export const archiveDays = { infrequent: 30, kept: 400 } as const

/** Lines of the gateway's own; those of Lambda have no `_aws`. */
const ownLines = '{ $._aws.Timestamp > 0 }'

const day = 'year=!{timestamp:yyyy}/month=!{timestamp:MM}/day=!{timestamp:dd}/'

const setting = (parameterName: string, parameterValue: string) => ({
  parameterName,
  parameterValue,
})

/**
 * CloudWatch Logs hands over batches of lines, compressed, in an envelope: "Decompress CloudWatch
 * Logs" and "Extract message" of Firehose's guide, and a line feed after each.
 */
const processors: CfnDeliveryStream.ProcessorProperty[] = [
  { type: 'Decompression', parameters: [setting('CompressionFormat', 'GZIP')] },
  { type: 'CloudWatchLogProcessing', parameters: [setting('DataMessageExtraction', 'true')] },
  { type: 'AppendDelimiterToRecord', parameters: [] },
]

const allow = (resource: string, ...actions: string[]) =>
  new PolicyStatement({ actions, resources: [resource] })

export class LogArchive extends Construct {
  constructor(scope: Construct, id: string, { config, gateway }: Watched) {
    super(scope, id)
    const bucket = this.bucket()
    const failures = new LogGroup(this, 'Failures', {
      retention: retentionDays(config) as RetentionDays,
      removalPolicy: RemovalPolicy.DESTROY,
    })
    const failuresStream = new LogStream(this, 'FailuresStream', {
      logGroup: failures,
      removalPolicy: RemovalPolicy.DESTROY,
    })
    const firehose = this.delivery(bucket, failures, failuresStream)
    this.subscribe(gateway.logGroup.logGroupName, firehose)
  }

  private bucket(): Bucket {
    const bucket = new Bucket(this, 'Bucket', {
      encryption: BucketEncryption.S3_MANAGED,
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      objectOwnership: ObjectOwnership.BUCKET_OWNER_ENFORCED,
      enforceSSL: true,
      minimumTLSVersion: 1.2,
      removalPolicy: RemovalPolicy.RETAIN,
      lifecycleRules: [
        {
          transitions: [
            {
              storageClass: StorageClass.INFREQUENT_ACCESS,
              transitionAfter: Duration.days(archiveDays.infrequent),
            },
          ],
          expiration: Duration.days(archiveDays.kept),
          abortIncompleteMultipartUploadAfter: Duration.days(7),
        },
      ],
    })
    /** Which goes on to hold for a bucket that stays. */
    bucket.policy?.applyRemovalPolicy(RemovalPolicy.RETAIN)
    Validations.of(bucket).acknowledge({
      id: 'AwsSolutions-S1',
      reason:
        'It is a log itself; who reads objects is told by CloudTrail’s data events where they are on.',
    })
    return bucket
  }

  /** CDK's own construct would let Firehose delete what is in the bucket, too. */
  private delivery(bucket: Bucket, group: LogGroup, stream: LogStream): CfnDeliveryStream {
    const role = this.role('DeliveryRole', 'firehose', 'puts log lines in the archive', [
      /** AWS, "Grant Firehose access to an Amazon S3 destination". */
      allow(
        bucket.bucketArn,
        's3:GetBucketLocation',
        's3:ListBucket',
        's3:ListBucketMultipartUploads',
      ),
      allow(bucket.arnForObjects('*'), 's3:AbortMultipartUpload', 's3:GetObject', 's3:PutObject'),
      allow(
        this.logsArn(`log-group:${group.logGroupName}:log-stream:${stream.logStreamName}`),
        'logs:PutLogEvents',
      ),
    ])
    Validations.of(role).acknowledge({
      id: `AwsSolutions-IAM5[Resource::<${Stack.of(this).getLogicalId(bucket.node.defaultChild as CfnBucket)}.Arn>/*]`,
      reason: 'Objects are named by the day they are put there.',
    })
    return new CfnDeliveryStream(this, 'Delivery', {
      deliveryStreamType: 'DirectPut',
      deliveryStreamEncryptionConfigurationInput: { keyType: 'AWS_OWNED_CMK' },
      extendedS3DestinationConfiguration: {
        bucketArn: bucket.bucketArn,
        roleArn: role.roleArn,
        prefix: `requests/${day}`,
        errorOutputPrefix: `failed/!{firehose:error-output-type}/${day}`,
        fileExtension: '.jsonl.gz',
        compressionFormat: 'GZIP',
        bufferingHints: { intervalInSeconds: 900, sizeInMBs: 64 },
        cloudWatchLoggingOptions: {
          enabled: true,
          logGroupName: group.logGroupName,
          logStreamName: stream.logStreamName,
        },
        processingConfiguration: { enabled: true, processors },
      },
    })
  }

  private subscribe(logGroupName: string, firehose: CfnDeliveryStream): void {
    const role = this.role('SubscriptionRole', 'logs', 'hands log lines to the archive', [
      allow(firehose.attrArn, 'firehose:PutRecord', 'firehose:PutRecordBatch'),
    ])
    new CfnSubscriptionFilter(this, 'Subscription', {
      logGroupName,
      destinationArn: firehose.attrArn,
      roleArn: role.roleArn,
      filterPattern: ownLines,
    })
  }

  /** What it may do is in the role itself, so that it is there before anybody tries it. */
  private role(
    id: string,
    service: 'firehose' | 'logs',
    description: string,
    statements: PolicyStatement[],
  ): Role {
    return new Role(this, id, {
      assumedBy: new ServicePrincipal(`${service}.amazonaws.com`, {
        /** "Confused deputy prevention" of the CloudWatch Logs guide. */
        ...(service === 'logs' && {
          conditions: { StringLike: { 'aws:SourceArn': this.logsArn('*') } },
        }),
      }),
      description,
      inlinePolicies: { Archive: new PolicyDocument({ statements }) },
    })
  }

  private logsArn(name: string): string {
    const { partition, region, account } = Stack.of(this)
    return `arn:${partition}:logs:${region}:${account}:${name}`
  }
}
