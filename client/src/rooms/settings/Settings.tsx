import { Page } from '~/design/Page';

export default function Settings() {
  return <Page title="Settings">{null}</Page>;
}
