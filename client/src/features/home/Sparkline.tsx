import '@mantine/charts/styles.css';
import { Sparkline as MantineSparkline } from '@mantine/charts';

/** A small line without axes. */
export default function Sparkline({ values }: { values: number[] }) {
  return <MantineSparkline w="100%" h={36} data={values} curveType="monotone" color="harbour.6" fillOpacity={0.15} />;
}
