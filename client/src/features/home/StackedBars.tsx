import '@mantine/charts/styles.css';
import { BarChart } from '@mantine/charts';

interface StackedBarsProps {
  /** With a `label` each. */
  rows: Record<string, string | number>[];
  series: { name: string; label: string; color: string }[];
  /** In pixels. */
  height: number;
}

/** Stacked bars, such as by hour. */
export default function StackedBars({ rows, series, height }: StackedBarsProps) {
  return (
    <BarChart
      h={height}
      data={rows}
      dataKey="label"
      type="stacked"
      series={series}
      barChartProps={{ accessibilityLayer: false }}
      withLegend
      legendProps={{ verticalAlign: 'bottom' }}
      yAxisProps={{ allowDecimals: false, width: 32 }}
      barProps={{ isAnimationActive: false }}
    />
  );
}
