import { Page } from '~/design/Page';

export default function LiveCalls() {
  return <Page title="LiveCalls">{null}</Page>;
}
