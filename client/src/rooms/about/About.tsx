import { Page } from '~/design/Page';

export default function About() {
  return <Page title="About">{null}</Page>;
}
