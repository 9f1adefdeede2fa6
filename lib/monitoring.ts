/** All by which the gateway is watched, each part a switch of the configuration's. */
import { Stack } from 'aws-cdk-lib'
import type { LogGroup } from 'aws-cdk-lib/aws-logs'
import { Construct } from 'constructs'
import { Alarms } from './alarms.ts'
import { Alerts } from './alerts.ts'
import { Dashboards } from './dashboards/index.ts'
import type { Watched } from './dashboards/watched.ts'
import { LogArchive } from './log-archive.ts'
import { SavedQueries } from './saved-queries.ts'

export class Monitoring extends Construct {
  constructor(scope: Construct, id: string, parts: Omit<Watched, 'accessLogs'>) {
    super(scope, id)
    const stack = Stack.of(this)
    const accessLogs = stack.node.findChild('AccessLogs') as LogGroup
    const watched = { ...parts, accessLogs }
    const { dashboards, alarms, archive } = parts.config.monitoring ?? {}

    /** Its id is older than this construct, and renaming it would make the rule anew. */
    new Alerts(stack, 'Alerts', parts.config)

    const ringing = alarms === false ? [] : new Alarms(this, 'Alarms', watched).all
    if (dashboards !== false) new Dashboards(this, 'Dashboards', watched, ringing)
    if (archive === true) new LogArchive(this, 'Archive', watched)
    new SavedQueries(this, 'Queries', watched)
  }
}
