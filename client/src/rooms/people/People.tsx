import { Page } from '~/design/Page';

export default function People() {
  return <Page title="People">{null}</Page>;
}
