import { Trans, useLingui } from '@lingui/react/macro';
import { api } from '~/api';
import { session } from '~/api/session';
import { useValue } from '~/core/store';
import { Section } from '~/design/Section';
import { PictureField } from './PictureField';
import { refreshPictures } from './pictures';

/** The user's own picture: choose one, or remove it. */
export function OwnPicture() {
  const { t } = useLingui();
  const me = useValue(session, (each) => (each.state === 'in' ? each.me : undefined));
  if (!me?.person || me.tenant?.pictures === false) return null;
  return (
    <Section title={t`Your picture`}>
      <PictureField
        name={me.person.name}
        of={me.person.id}
        set={(body) => api.setOwnPicture({ body }).then(refreshPictures)}
        remove={() => api.deleteOwnPicture().then(refreshPictures)}
      >
        <Trans>
          Colleagues in your organisation see it. A small square from the middle is stored, encrypted, without place and
          camera. It is voluntary, and you can remove it at any time.
        </Trans>
      </PictureField>
    </Section>
  );
}
