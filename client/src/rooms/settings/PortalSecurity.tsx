import { Page } from '~/design/Page';

export default function PortalSecurity() {
  return <Page title="PortalSecurity">{null}</Page>;
}
