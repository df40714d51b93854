import { msg } from '@lingui/core/macro';
import type { MessageDescriptor } from '@lingui/core';
import type { Permission } from '~/api';

/** Titles of the areas of permissions, in their order. */
export const AREAS: Record<Permission['area'], MessageDescriptor> = {
  people: msg`People`,
  calls: msg`Calls`,
  routing: msg`Routing`,
  billing: msg`Billing`,
  organisation: msg`Organisation`,
};

interface PermissionText {
  title: MessageDescriptor;
  explanation: MessageDescriptor;
}

/** Title and explanation of each permission, by name. */
export const PERMISSIONS: Record<string, PermissionText> = {
  people_read: {
    title: msg`See people and phones`,
    explanation: msg`The list of people with their details, and the audit log.`,
  },
  people_change: {
    title: msg`Manage accounts`,
    explanation: msg`Create, change, suspend and close accounts and numbers.`,
  },
  sign_in_help: {
    title: msg`Help with signing in`,
    explanation: msg`Invite people, reset passwords and second factors.`,
  },
  phones_change: { title: msg`Manage phones`, explanation: msg`Set up, reset and remove phones.` },
  company_contacts: { title: msg`Manage company contacts`, explanation: msg`Add, change and remove contacts.` },
  roles_change: { title: msg`Manage roles`, explanation: msg`Make roles and give them, within the own permissions.` },
  calls_read: { title: msg`See live calls`, explanation: msg`The people on a call, with the numbers.` },
  calls_control: { title: msg`Control live calls`, explanation: msg`End and record calls.` },
  calls_monitor: {
    title: msg`Listen to live calls`,
    explanation: msg`Where the organisation allows it. The people on the call are informed.`,
  },
  history_read: { title: msg`See the call history`, explanation: msg`Call records and reports of all people.` },
  recordings_change: {
    title: msg`Manage recordings and voicemail`,
    explanation: msg`Recordings, messages and greetings of all people.`,
  },
  routing_change: {
    title: msg`Manage numbers and routing`,
    explanation: msg`Numbers, ring groups, menus, opening hours and rooms.`,
  },
  queues_change: { title: msg`Manage queues`, explanation: msg`Queues and their agents.` },
  announcements_change: { title: msg`Manage announcements`, explanation: msg`Record and replace announcements.` },
  trunks_change: { title: msg`Manage trunks`, explanation: msg`Carriers with their credentials, and outbound routes.` },
  billing_read: { title: msg`See costs and invoices`, explanation: msg`Costs of calls, plan and invoices.` },
  invoices_change: { title: msg`Pay invoices`, explanation: msg`Payments and billing details.` },
  tenant_change: {
    title: msg`Change settings`,
    explanation: msg`Settings of the organisation, limits, webhooks and retention.`,
  },
  privacy_change: {
    title: msg`Handle privacy requests`,
    explanation: msg`Requests, breaches, copies, erasures and holds.`,
  },
};
