import { Page } from '~/design/Page';

export default function AddDevice() {
  return <Page title="AddDevice">{null}</Page>;
}
