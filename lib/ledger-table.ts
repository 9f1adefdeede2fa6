/** The ledger's table: what every team used, holds and was refused, exactly. */
import { RemovalPolicy, Stack } from 'aws-cdk-lib'
import { AttributeType, BillingMode, Table, TableEncryption } from 'aws-cdk-lib/aws-dynamodb'
import { PolicyStatement } from 'aws-cdk-lib/aws-iam'
import type { Construct } from 'constructs'
import type { NodeFunction } from './node-function.ts'

/** Items are found by their key, one or a team's together; nothing reads the table through. */
export const ledgerActions = [
  'GetItem',
  'PutItem',
  'UpdateItem',
  'DeleteItem',
  'Query',
  'BatchWriteItem',
].map((action) => `dynamodb:${action}`)

export class LedgerTable extends Table {
  constructor(scope: Construct, id: string) {
    super(scope, id, {
      partitionKey: { name: 'pk', type: AttributeType.STRING },
      sortKey: { name: 'sk', type: AttributeType.STRING },
      billingMode: BillingMode.PAY_PER_REQUEST,
      /** Its use shows in CloudTrail, and nobody can delete it from under a table that stays. */
      encryption: TableEncryption.AWS_MANAGED,
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
      timeToLiveAttribute: 'ttl',
      /** A budget that begins anew with each deployment is none. */
      deletionProtection: true,
      removalPolicy: RemovalPolicy.RETAIN,
    })
  }

  /** Tells a function which table it is, and lets it keep the ledger and say what it came to. */
  openTo(user: NodeFunction): void {
    user.addEnvironment('TOLLGATE_TABLE', this.tableName)
    user.addToRolePolicy(
      new PolicyStatement({
        actions: ledgerActions,
        resources: [this.tableArn],
      }),
    )
    const bus = { service: 'events', resource: 'event-bus', resourceName: 'default' }
    user.addToRolePolicy(
      new PolicyStatement({
        actions: ['events:PutEvents'],
        resources: [Stack.of(this).formatArn(bus)],
      }),
    )
  }
}
