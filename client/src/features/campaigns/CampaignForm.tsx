import { Button, Fieldset, Text, Textarea, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useMutation } from '@tanstack/react-query';
import { Trans, useLingui } from '@lingui/react/macro';
import { api, type Campaign } from '~/api';
import { ErrorNotice } from '~/design/Notice';
import { EditForm } from '~/features/routing';
import { bodyOf, LANGUAGES, missingFields, subjectOf, valuesOf, type CampaignValues } from './model';
import { CampaignTexts } from './CampaignTexts';

interface CampaignFormProps {
  /** A draft; undefined for a new one. */
  campaign?: Campaign;
  tenant?: string;
  onClose: () => void;
}

const NATIVE_NAMES = { en: 'English', de: 'Deutsch' };

/** Writes the draft of a campaign, and shows it as it will arrive. */
export function CampaignForm({ campaign, tenant, onClose }: CampaignFormProps) {
  const { t, i18n } = useLingui();
  const query = { tenant };
  const form = useForm<CampaignValues>({
    initialValues: valuesOf(campaign),
    validate: (values) =>
      Object.fromEntries(
        missingFields(values).map((field) => [field, field.startsWith('s') ? t`Enter a subject.` : t`Enter a text.`]),
      ),
  });
  const remove = (id: string) => api.deleteCampaign({ path: { campaign: id }, query });
  const preview = useMutation({
    mutationFn: async () => (await api.previewCampaign({ query, body: bodyOf(form.getValues()) })).data.texts,
  });
  return (
    <EditForm
      form={form}
      affected={['campaigns']}
      tenant={tenant}
      onClose={onClose}
      change={(values) => {
        if (campaign) {
          const put = (body: CampaignValues) =>
            api.updateCampaign({ path: { campaign: campaign.id }, query, body: bodyOf(body) });
          return {
            apply: () => put(values),
            undo: () => put(valuesOf(campaign)),
            message: t`The draft is changed.`,
          };
        }
        let created = '';
        return {
          apply: async () => {
            created = (await api.createCampaign({ query, body: bodyOf(values) })).data.id;
          },
          undo: () => remove(created),
          message: t`The draft is saved. Nothing is sent yet.`,
        };
      }}
      removal={
        campaign && {
          title: t`Delete the draft “${subjectOf(campaign, i18n.locale)}”?`,
          text: t`It was not sent.`,
          change: { apply: () => remove(campaign.id), message: t`The draft is deleted.` },
        }
      }
    >
      <Text size="sm">
        <Trans>
          People get the text in their own language, or the other one if theirs is empty. The reason for the e-mail and
          the link to unsubscribe are added to it.
        </Trans>
      </Text>
      {LANGUAGES.map((language) => (
        <Fieldset key={language} legend={NATIVE_NAMES[language]}>
          <TextInput
            size="md"
            label={t`Subject`}
            maxLength={150}
            autoComplete="off"
            lang={language}
            {...form.getInputProps(`subject_${language}`)}
          />
          <Textarea
            size="md"
            mt="sm"
            label={t`Text`}
            description={t`Plain text. A blank line begins a new paragraph.`}
            autosize
            minRows={4}
            maxRows={14}
            maxLength={20_000}
            lang={language}
            {...form.getInputProps(`text_${language}`)}
          />
        </Fieldset>
      ))}
      <div>
        <Button
          size="md"
          variant="default"
          loading={preview.isPending}
          onClick={() => {
            if (!form.validate().hasErrors) preview.mutate();
          }}
        >
          <Trans>Preview</Trans>
        </Button>
      </div>
      <ErrorNotice fault={preview.error} />
      {preview.data && <CampaignTexts texts={preview.data} />}
    </EditForm>
  );
}
