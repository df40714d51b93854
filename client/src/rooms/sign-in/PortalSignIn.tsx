import { Page } from '~/design/Page';

export default function PortalSignIn() {
  return <Page title="PortalSignIn">{null}</Page>;
}
