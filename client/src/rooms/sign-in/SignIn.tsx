import { Page } from '~/design/Page';

export default function SignIn() {
  return <Page title="SignIn">{null}</Page>;
}
