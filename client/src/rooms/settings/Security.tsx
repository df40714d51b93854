import { Page } from '~/design/Page';

export default function Security() {
  return <Page title="Security">{null}</Page>;
}
