import { Page } from '~/design/Page';

export default function History() {
  return <Page title="History">{null}</Page>;
}
