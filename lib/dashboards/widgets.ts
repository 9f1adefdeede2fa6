/** The few kinds of picture the dashboards are made of. A row is 24 wide. */
import {
  GraphWidget,
  GraphWidgetView,
  type IMetric,
  LegendPosition,
  LogQueryVisualizationType,
  LogQueryWidget,
  SingleValueWidget,
} from 'aws-cdk-lib/aws-cloudwatch'
import type { ILogGroup } from 'aws-cdk-lib/aws-logs'

const height = 6

export type Axis = 'count' | 'ms' | 'USD' | '%'

const axis = (label: Axis) => ({ label, min: 0, showUnits: false })

const graph = (title: string, label: Axis, left: readonly IMetric[], width: number) => ({
  title,
  left: [...left],
  width,
  height,
  leftYAxis: axis(label),
  legendPosition: LegendPosition.BOTTOM,
})

export const lines = (title: string, label: Axis, left: readonly IMetric[], width = 8) =>
  new GraphWidget(graph(title, label, left, width))

/** With what an alarm or a budget draws its line at. */
export const linesBelow = (
  title: string,
  label: Axis,
  left: readonly IMetric[],
  marks: readonly number[],
  width = 8,
) =>
  new GraphWidget({
    ...graph(title, label, left, width),
    leftAnnotations: marks.map((value) => ({ value })),
  })

/** Parts of a whole. */
export const stacked = (title: string, label: Axis, left: readonly IMetric[], width = 8) =>
  new GraphWidget({ ...graph(title, label, left, width), stacked: true })

export const bars = (title: string, label: Axis, left: readonly IMetric[], width = 8) =>
  new GraphWidget({ ...graph(title, label, left, width), view: GraphWidgetView.BAR })

/** Of the whole time that is looked at. */
export const totals = (title: string, metrics: readonly IMetric[], width = 24) =>
  new SingleValueWidget({
    title,
    metrics: [...metrics],
    width,
    height: 3,
    setPeriodToTimeRange: true,
    fullPrecision: false,
  })

/** Asks the log itself, each time it is looked at. */
export const table = (title: string, group: ILogGroup, queryLines: readonly string[], width = 12) =>
  logs(title, group, queryLines, width, LogQueryVisualizationType.TABLE)

export const logLines = (
  title: string,
  group: ILogGroup,
  queryLines: readonly string[],
  width = 8,
) => logs(title, group, queryLines, width, LogQueryVisualizationType.LINE)

const logs = (
  title: string,
  group: ILogGroup,
  queryLines: readonly string[],
  width: number,
  view: LogQueryVisualizationType,
) =>
  new LogQueryWidget({
    title,
    logGroupNames: [group.logGroupName],
    queryLines: [...queryLines],
    view,
    width,
    height,
  })
