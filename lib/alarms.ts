/** Alarms over what is watched, told to the operators' topic where there is one. */
import { Stack } from 'aws-cdk-lib'
import { Alarm, ComparisonOperator, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch'
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions'
import { Topic } from 'aws-cdk-lib/aws-sns'
import { Construct } from 'constructs'
import type { GatewayConfig } from '../lambda/core/config.ts'
import type { Watched } from './dashboards/watched.ts'
import { type Watch, watches } from './dashboards/watches.ts'

export class Alarms extends Construct {
  readonly all: readonly Alarm[]

  constructor(scope: Construct, id: string, watched: Watched) {
    super(scope, id)
    this.all = watches(watched).map((each) => this.alarm(each))
    this.tell(watched.config)
  }

  private alarm({ id, name, says, of, threshold, above, periods = 1, percentile }: Watch): Alarm {
    return new Alarm(this, id, {
      alarmName: `${Stack.of(this).stackName}-${name}`,
      alarmDescription: says,
      metric: of,
      threshold,
      comparisonOperator: above
        ? ComparisonOperator.GREATER_THAN_THRESHOLD
        : ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      evaluationPeriods: periods,
      datapointsToAlarm: periods,
      /** A gateway nobody calls is well. */
      treatMissingData: TreatMissingData.NOT_BREACHING,
      ...(percentile && { evaluateLowSampleCountPercentile: 'ignore' }),
    })
  }

  private tell({ alerts }: GatewayConfig): void {
    if (alerts === undefined) return
    const topic = new SnsAction(Topic.fromTopicArn(this, 'Topic', alerts.topic))
    for (const alarm of this.all) {
      alarm.addAlarmAction(topic)
      alarm.addOkAction(topic)
    }
  }
}
