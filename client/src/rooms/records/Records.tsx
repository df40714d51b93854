import { Page } from '~/design/Page';

export default function Records() {
  return <Page title="Records">{null}</Page>;
}
