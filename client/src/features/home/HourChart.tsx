import '@mantine/charts/styles.css';
import { BarChart } from '@mantine/charts';

interface HourChartProps {
  rows: Record<string, string | number>[];
  series: { name: string; label: string; color: string }[];
  /** In pixels. */
  height: number;
}

/** Stacked bars by hour. */
export default function HourChart({ rows, series, height }: HourChartProps) {
  return (
    <BarChart
      h={height}
      data={rows}
      dataKey="hour"
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
