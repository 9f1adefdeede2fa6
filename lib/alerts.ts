/** Tells the operators' topic what the gateway warns of. */
import { Validations } from 'aws-cdk-lib'
import { Rule } from 'aws-cdk-lib/aws-events'
import { SnsTopic } from 'aws-cdk-lib/aws-events-targets'
import { Topic } from 'aws-cdk-lib/aws-sns'
import { Construct } from 'constructs'
import type { GatewayConfig } from '../lambda/core/config.ts'

export class Alerts extends Construct {
  constructor(scope: Construct, id: string, { alerts }: GatewayConfig) {
    super(scope, id)
    if (alerts === undefined) return
    const topic = Topic.fromTopicArn(this, 'Topic', alerts.topic)
    const rule = new Rule(this, 'Rule', {
      description: 'Budget warnings, and when the ledger cannot be asked.',
      eventPattern: { source: ['tollgate'] },
      /** A role of ours, since the topic's own policy is not ours to write. */
      targets: [new SnsTopic(topic, { authorizeUsingRole: true })],
    })
    Validations.of(rule).acknowledge({
      id: 'Serverless-EventBusDLQ',
      reason: 'EventBridge tries for a day; a warning older than that is about another day.',
    })
  }
}
