import { Page } from '~/design/Page';

export default function Extensions() {
  return <Page title="Extensions">{null}</Page>;
}
