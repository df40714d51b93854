import { Page } from '~/design/Page';

export default function Invitation() {
  return <Page title="Invitation">{null}</Page>;
}
