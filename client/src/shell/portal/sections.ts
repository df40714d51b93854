import { msg } from '@lingui/core/macro';
import type { MessageDescriptor } from '@lingui/core';
import { useIsOperator, usePermissions, useResells } from '~/api/session';
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
  IconHome,
  IconLifebuoy,
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
  IconUrgent,
  IconUsers,
  IconUserShield,
  IconUsersGroup,
  type Icon,
} from '@tabler/icons-react';
import { mayOpen } from './permissions';

export interface PortalSection {
  to: string;
  title: MessageDescriptor;
  icon: Icon;
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
      { to: '/people', title: msg`People & phones`, icon: IconUsers },
      { to: '/roles', title: msg`Roles`, icon: IconUserShield },
      { to: '/contacts', title: msg`Contacts`, icon: IconAddressBook },
    ],
  },
  {
    title: msg`Calls`,
    sections: [
      { to: '/live', title: msg`Live calls`, icon: IconPhoneCall },
      { to: '/history', title: msg`History`, icon: IconClockHour4 },
      { to: '/recordings', title: msg`Recordings`, icon: IconPlayerRecordFilled },
      { to: '/voicemail', title: msg`Voicemail`, icon: IconRecordMail },
      { to: '/rooms', title: msg`Rooms`, icon: IconUsersGroup },
      { to: '/call-reports', title: msg`Reports`, icon: IconChartBar },
      { to: '/costs', title: msg`Costs`, icon: IconCoins },
      { to: '/billing', title: msg`Billing`, icon: IconFileInvoice },
    ],
  },
  {
    title: msg`Routing`,
    sections: [
      { to: '/numbers', title: msg`Numbers`, icon: IconNumbers },
      { to: '/trunks', title: msg`Trunks`, icon: IconPlugConnected },
      { to: '/routes', title: msg`Outbound routes`, icon: IconRoute },
      { to: '/groups', title: msg`Ring groups`, icon: IconPhoneRinging },
      { to: '/queues', title: msg`Queues`, icon: IconHeadset },
      { to: '/menus', title: msg`Menus`, icon: IconSitemap },
      { to: '/hours', title: msg`Opening hours`, icon: IconCalendarClock },
      { to: '/codes', title: msg`Feature codes`, icon: IconAsterisk },
      { to: '/emergency', title: msg`Emergency calls`, icon: IconUrgent },
      { to: '/protection', title: msg`Protection`, icon: IconShieldCheck },
    ],
  },
  {
    title: msg`Settings`,
    sections: [
      { to: '/organisation', title: msg`Organisation`, icon: IconBuilding },
      { to: '/privacy', title: msg`Privacy`, icon: IconFingerprint },
      { to: '/integrations', title: msg`Integrations`, icon: IconPuzzle },
      { to: '/emails', title: msg`E-mails`, icon: IconMail },
      { to: '/reports', title: msg`Help requests`, icon: IconLifebuoy },
      { to: '/reselling', title: msg`Reselling`, icon: IconBuildingStore, reselling: true },
    ],
  },
  {
    title: msg`Server`,
    sections: [
      { to: '/health', title: msg`Health`, icon: IconHeartbeat, operator: true },
      { to: '/backups', title: msg`Backups`, icon: IconArchive, operator: true },
    ],
  },
];

/** The groups with the sections that the user may open. */
export function useGroups(): SectionGroup[] {
  const resells = useResells();
  const isOperator = useIsOperator();
  const permissions = usePermissions();
  const isOpen = ({ to, reselling, operator }: PortalSection) =>
    (resells || !reselling) && (isOperator || !operator) && mayOpen(to, permissions);
  return GROUPS.map((group) => ({ ...group, sections: group.sections.filter(isOpen) })).filter(
    ({ sections }) => sections.length > 0,
  );
}

/** Pages that are reached by the avatar menu and by the search. */
export const OWN_SECTIONS: PortalSection[] = [{ to: '/security', title: msg`Security`, icon: IconShieldLock }];
