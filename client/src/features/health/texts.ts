import { msg } from '@lingui/core/macro';
import type { MessageDescriptor } from '@lingui/core';
import type { HealthCheck } from '~/api';

type Name = HealthCheck['name'];

export const NAMES: Record<Name, MessageDescriptor> = {
  sip: msg`Telephony (SIP)`,
  calls: msg`Calls now`,
  phones: msg`Registered phones`,
  database: msg`Database`,
  rtpengine: msg`Sound relay (rtpengine)`,
  mixer: msg`Mixer of conferences and voicemail`,
  spool: msg`Records on their way to the database`,
  outbox: msg`Events between the parts`,
  disk: msg`Disk`,
  certificate: msg`Certificates`,
  mail_server: msg`Mail server`,
  emails: msg`E-mails that wait`,
  invoices: msg`Invoices that wait`,
  webhooks: msg`Webhooks that fail`,
  trunks: msg`Trunks that are down`,
  backup: msg`Backups`,
  sweeps: msg`Deletion of old data`,
  holds: msg`Holds to be reviewed`,
};

/** One action for a part that is not well. */
export const ACTIONS: Partial<Record<Name, MessageDescriptor>> = {
  sip: msg`No address accepts calls. Restart the server, and see its log.`,
  database: msg`It does not answer. Start it, and check UNIFICX_DATABASE.`,
  rtpengine: msg`It does not answer and is being restarted. If that goes on, see the server's log.`,
  mixer: msg`It does not answer. If that goes on, restart the server.`,
  spool: msg`Some records could not be stored. See the server's log, then restart it.`,
  outbox: msg`Some events could not be processed. See the server's log, then restart it.`,
  disk: msg`Free disk space. When it is full, no new calls are accepted.`,
  certificate: msg`Renew the certificate, or see with unificx doctor why it is not renewed by itself.`,
  mail_server: msg`Without one, e-mails stay on this server. Set UNIFICX_SMTP.`,
  emails: msg`The mail server has deferred some. See under E-mails why.`,
  invoices: msg`Enter an address for invoices of each organisation, and check the mail server.`,
  webhooks: msg`Their receivers do not answer. Look under Integrations of the organisations.`,
  trunks: msg`Look under Trunks of the organisations what the carrier answers.`,
  backup: msg`Make a backup, and choose a schedule under Backups.`,
  sweeps: msg`Data is not deleted in time. Look under Privacy, Retention.`,
  holds: msg`Their review date has passed. Look under Privacy, Holds.`,
};
