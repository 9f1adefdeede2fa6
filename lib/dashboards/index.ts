/** The three dashboards, as many as an account has for nothing. */
import { Duration, Stack } from 'aws-cdk-lib'
import { Dashboard, type IAlarm, type IWidget } from 'aws-cdk-lib/aws-cloudwatch'
import { Construct } from 'constructs'
import { money } from './money.ts'
import { operations } from './operations.ts'
import { chooseTeam, team } from './team.ts'
import type { Watched } from './watched.ts'

export class Dashboards extends Construct {
  constructor(scope: Construct, id: string, watched: Watched, alarms: readonly IAlarm[]) {
    super(scope, id)
    const { stackName, region } = Stack.of(this)
    /** A dashboard's name is one in the whole account, whatever the region. */
    const nameOf = (kind: string) => `${stackName}-${region}-${kind}`
    const made = (kind: string, widgets: readonly IWidget[][], days: number) => ({
      dashboardName: nameOf(kind),
      widgets: widgets.map((row) => [...row]),
      defaultInterval: Duration.days(days),
    })
    new Dashboard(this, 'Operations', made('operations', operations(watched, alarms), 1))
    new Dashboard(this, 'Money', made('money', money(watched), 7))
    new Dashboard(this, 'Team', {
      ...made('team', team(watched), 7),
      variables: [chooseTeam(watched.config)],
    })
  }
}
