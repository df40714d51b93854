import { Page } from '~/design/Page';

export default function Scan() {
  return <Page title="Scan">{null}</Page>;
}
