import { Page } from '~/design/Page';

export default function ByCode() {
  return <Page title="ByCode">{null}</Page>;
}
