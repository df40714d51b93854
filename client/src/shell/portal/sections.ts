import { msg } from '@lingui/core/macro';
import type { MessageDescriptor } from '@lingui/core';
import { useIsOperator, useMay, useResells } from '~/api/session';
import { isPrivacyPageRefused } from '~/features/privacy';
import {
  IconAddressBook,
  IconArchive,
  IconAsterisk,
  IconBuilding,
  IconBuildingStore,
  IconCalendarClock,
  IconChartBar,
  IconClockHour4,
  IconCoins,
  IconFileInvoice,
  IconFingerprint,
  IconHeadset,
  IconHeartbeat,
  IconKey,
  IconHome,
  IconLifebuoy,
  IconLogin2,
  IconMail,
  IconNumbers,
  IconPhoneCall,
  IconPhoneRinging,
  IconPlayerRecordFilled,
  IconPlugConnected,
  IconPuzzle,
  IconRecordMail,
  IconRoute,
  IconShieldCheck,
  IconShieldLock,
  IconSitemap,
  IconSpeakerphone,
  IconUrgent,
  IconUsers,
  IconUserShield,
  IconUsersGroup,
  type Icon,
} from '@tabler/icons-react';

export interface PortalSection {
  to: string;
  title: MessageDescriptor;
  icon: Icon;
  /** Permission without which the page shows nothing. */
  needs?: string;
  /** Only for resellers and operators. */
  reselling?: true;
  /** Only for operators. */
  operator?: true;
}

export interface SectionGroup {
  /** The first group has no title. */
  title?: MessageDescriptor;
  sections: PortalSection[];
}

/** The navigation of the portal. Only pages that exist are listed. */
const GROUPS: SectionGroup[] = [
  { sections: [{ to: '/', title: msg`Home`, icon: IconHome }] },
  {
    title: msg`People`,
    sections: [
      { to: '/people', needs: 'people_read', title: msg`People & phones`, icon: IconUsers },
      { to: '/roles', needs: 'roles_change', title: msg`Roles`, icon: IconUserShield },
      { to: '/contacts', needs: 'company_contacts', title: msg`Contacts`, icon: IconAddressBook },
    ],
  },
  {
    title: msg`Calls`,
    sections: [
      { to: '/live', needs: 'calls_read', title: msg`Live calls`, icon: IconPhoneCall },
      { to: '/history', needs: 'history_read', title: msg`History`, icon: IconClockHour4 },
      { to: '/recordings', needs: 'recordings_change', title: msg`Recordings`, icon: IconPlayerRecordFilled },
      { to: '/voicemail', needs: 'tenant_change', title: msg`Voicemail`, icon: IconRecordMail },
      { to: '/rooms', needs: 'routing_change', title: msg`Rooms`, icon: IconUsersGroup },
      { to: '/call-reports', needs: 'history_read', title: msg`Reports`, icon: IconChartBar },
      { to: '/costs', needs: 'billing_read', title: msg`Costs`, icon: IconCoins },
      { to: '/billing', needs: 'billing_read', title: msg`Billing`, icon: IconFileInvoice },
    ],
  },
  {
    title: msg`Routing`,
    sections: [
      {
        to: '/numbers',
        needs: 'routing_change',
        title: msg({ message: 'Numbers', context: 'public numbers' }),
        icon: IconNumbers,
      },
      { to: '/trunks', needs: 'trunks_change', title: msg`Trunks`, icon: IconPlugConnected },
      { to: '/routes', needs: 'trunks_change', title: msg`Outbound routes`, icon: IconRoute },
      { to: '/groups', needs: 'routing_change', title: msg`Ring groups`, icon: IconPhoneRinging },
      { to: '/queues', needs: 'queues_change', title: msg`Queues`, icon: IconHeadset },
      { to: '/menus', needs: 'routing_change', title: msg`Menus`, icon: IconSitemap },
      { to: '/hours', needs: 'routing_change', title: msg`Opening hours`, icon: IconCalendarClock },
      { to: '/codes', needs: 'tenant_change', title: msg`Feature codes`, icon: IconAsterisk },
      { to: '/emergency', needs: 'tenant_change', title: msg`Emergency calls`, icon: IconUrgent },
      { to: '/protection', needs: 'tenant_change', title: msg`Protection`, icon: IconShieldCheck },
    ],
  },
  {
    title: msg`Settings`,
    sections: [
      { to: '/organisation', needs: 'tenant_change', title: msg`Organisation`, icon: IconBuilding },
      { to: '/privacy', needs: 'privacy_change', title: msg`Privacy`, icon: IconFingerprint },
      { to: '/single-sign-on', needs: 'tenant_control', title: msg`Single sign-on`, icon: IconLogin2 },
      { to: '/integrations', needs: 'tenant_change', title: msg`Integrations`, icon: IconPuzzle },
      { to: '/emails', needs: 'emails_read', title: msg`E-mails`, icon: IconMail },
      { to: '/campaigns', needs: 'tenant_change', title: msg`Campaigns`, icon: IconSpeakerphone },
      { to: '/reports', needs: 'people_read', title: msg`Help requests`, icon: IconLifebuoy },
      { to: '/reselling', title: msg`Reselling`, icon: IconBuildingStore, reselling: true },
    ],
  },
  {
    title: msg`Server`,
    sections: [
      { to: '/health', title: msg`Health`, icon: IconHeartbeat, operator: true },
      { to: '/backups', title: msg`Backups`, icon: IconArchive, operator: true },
      { to: '/keys', title: msg`Encryption keys`, icon: IconKey, operator: true },
    ],
  },
];

/** Pages without a section of their own, and the section that they belong to. */
const PARTS: Record<string, string> = { '/phones': '/people' };

/** Return the section of a page; none for pages that everyone may open. */
export function sectionOf(path: string): PortalSection | undefined {
  const first = `/${path.split('/')[1] ?? ''}`;
  const to = PARTS[first] ?? first;
  return GROUPS.flatMap(({ sections }) => sections).find((section) => section.to === to);
}

function useIsOpen(): (section: PortalSection) => boolean {
  const resells = useResells();
  const isOperator = useIsOperator();
  const may = useMay();
  return ({ reselling, operator, needs }) =>
    (resells || !reselling) && (isOperator || !operator) && (!needs || may(needs));
}

/** Tells whether the user may open the page with an address. */
export function useMayOpen(): (path: string) => boolean {
  const isOpen = useIsOpen();
  const may = useMay();
  return (path) => {
    const section = sectionOf(path);
    return !section || (isOpen(section) && !isPrivacyPageRefused(path, may));
  };
}

/** The groups with the sections that the user may open. */
export function useGroups(): SectionGroup[] {
  const isOpen = useIsOpen();
  return GROUPS.map((group) => ({ ...group, sections: group.sections.filter(isOpen) })).filter(
    ({ sections }) => sections.length > 0,
  );
}

/** Pages that are reached by the avatar menu and by the search. */
export const OWN_SECTIONS: PortalSection[] = [{ to: '/security', title: msg`Security`, icon: IconShieldLock }];
