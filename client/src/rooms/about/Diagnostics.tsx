import { Page } from '~/design/Page';

export default function Diagnostics() {
  return <Page title="Diagnostics">{null}</Page>;
}
