import { Page } from '~/design/Page';

export default function Dial() {
  return <Page title="Dial">{null}</Page>;
}
