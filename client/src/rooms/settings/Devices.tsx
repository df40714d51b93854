import { Page } from '~/design/Page';

export default function Devices() {
  return <Page title="Devices">{null}</Page>;
}
