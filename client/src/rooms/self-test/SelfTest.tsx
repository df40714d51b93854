import { Page } from '~/design/Page';

export default function SelfTest() {
  return <Page title="SelfTest">{null}</Page>;
}
