import { Page } from '~/design/Page';

export default function Directory() {
  return <Page title="Directory">{null}</Page>;
}
