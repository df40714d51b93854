import { Page } from '~/design/Page';

export default function Recover() {
  return <Page title="Recover">{null}</Page>;
}
